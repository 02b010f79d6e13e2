// A dialog with a text to copy.

import { byId } from "./dom.js";

export function start() {
  byId("snippet-copy").addEventListener("click", copy);
  byId("snippet-close").addEventListener("click", () => byId("snippet").close());
}

/** Show a text to copy. */
export function offer(title, text, note) {
  byId("snippet-title").textContent = title;
  byId("snippet-note").textContent = note;
  byId("snippet-text").textContent = text;
  byId("snippet-status").textContent = "";
  byId("snippet").showModal();
  byId("snippet-copy").focus();
}

async function copy() {
  const done = (await modern()) || selected();
  byId("snippet-status").textContent = done ? "Copied." : "Select the text and copy it by hand.";
}

async function modern() {
  try {
    await navigator.clipboard.writeText(byId("snippet-text").textContent);
    return true;
  } catch {
    return false;
  }
}

/** Where the page does not come over HTTPS or from this machine, browsers have no clipboard API. */
function selected() {
  getSelection().selectAllChildren(byId("snippet-text"));
  return document.execCommand("copy");
}
