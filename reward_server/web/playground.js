// The playground: one sample, scored by one rubric.

import { ask } from "./api.js";
import { byId, h, number } from "./dom.js";
import { EXAMPLES } from "./examples.js";
import { rubricPicker } from "./rubric.js";
import { fromFragment, toCurl, toFragment, toPython } from "./share.js";
import { offer } from "./snippet.js";
import { verdict } from "./verdict.js";

const INSERTS = {
  language: "en",
  choices: ["first option", "second option"],
  tests: { language: "python", stdio: [{ stdin: "3\n", stdout: "9\n" }] },
};

const picker = rubricPicker("rubric", "Rubric", "auto");
let problem = () => {};
let wantsKey = () => false;

/** Set the view up. `options`: `problem(fault)` shows a fault of the server's, null clears it. */
export function start(options) {
  ({ problem, wantsKey } = options);
  byId("playground-rubric").replaceWith(picker.node);
  document.querySelector(".examples").append(...EXAMPLES.map((example) => h("button", { type: "button", class: "chip", onclick: () => { load(example); score(); } }, example.name)));
  byId("score-form").addEventListener("submit", (event) => { event.preventDefault(); score(); });
  byId("playground").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); score(); }
  });
  byId("reference").addEventListener("input", noteReference);
  for (const radio of kinds()) radio.addEventListener("change", noteReference);
  for (const button of document.querySelectorAll("[data-insert]")) {
    button.addEventListener("click", () => insert(button.dataset.insert));
  }
  byId("share").addEventListener("click", share);
  byId("curl").addEventListener("click", () => snippet("As a curl command", toCurl));
  byId("python").addEventListener("click", () => snippet("As Python", toPython));
  empty();
}

export const fillRubrics = () => picker.fill();

/** Load the sample of a link, if the fragment has one. */
export async function openFragment(fragment) {
  if (!fragment.includes("?")) return;
  const sample = await fromFragment(fragment);
  if (sample) load(sample);
  else problem(new Error("This link holds no sample that can be read."));
}

/** Put a sample into the form. */
export function load({ prompt, completion, reference, rubric }) {
  byId("prompt").value = text(prompt);
  byId("completion").value = text(completion);
  const plain = typeof reference === "string" || reference === undefined || reference === null;
  setKind(plain ? "text" : "json");
  byId("reference").value = plain ? reference ?? "" : JSON.stringify(reference, null, 2);
  byId("reference").rows = plain ? 3 : 8;
  if (rubric) picker.set(rubric);
  noteReference();
  empty();
}

const text = (value) => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value, null, 2));

const kinds = () => document.querySelectorAll("[name=reference-kind]");
const isJson = () => document.querySelector("[name=reference-kind]:checked").value === "json";
const setKind = (kind) => { for (const radio of kinds()) radio.checked = radio.value === kind; };

/** What the reference is taken for, said below it. */
function noteReference() {
  const written = byId("reference").value.trim();
  const note = byId("reference-note");
  note.className = "note";
  byId("reference").removeAttribute("aria-invalid");
  if (!isJson()) {
    note.textContent = /^\{\s*"/.test(written) ? "This looks like JSON: choose JSON to have its keys read." : "";
    return;
  }
  try {
    if (written) JSON.parse(written);
    note.textContent = "";
  } catch (error) {
    note.className = "fault";
    note.textContent = `Not JSON: ${error.message}`;
    byId("reference").setAttribute("aria-invalid", "true");
  }
}

function insert(key) {
  const written = byId("reference").value.trim();
  let reference = written ? { answer: byId("reference").value.trim() } : {};
  if (isJson() && written) {
    try {
      reference = JSON.parse(written);
    } catch {
      byId("reference").focus();
      return;
    }
    if (typeof reference !== "object" || reference === null || Array.isArray(reference)) reference = { answer: reference };
  }
  setKind("json");
  byId("reference").value = JSON.stringify({ ...reference, [key]: reference[key] ?? INSERTS[key] }, null, 2);
  byId("reference").rows = 8;
  noteReference();
  byId("reference").focus();
}

/** What is in the form; throws where its JSON can't be read. */
function sample() {
  const rubric = picker.value();
  const written = byId("reference").value;
  if (isJson() && written.trim()) {
    try {
      JSON.parse(written);
    } catch {
      byId("reference").focus();
      throw new SyntaxError("The reference is not JSON.");
    }
  }
  const reference = isJson() && written.trim() ? JSON.parse(written) : written;
  return { prompt: byId("prompt").value, completion: byId("completion").value, reference, rubric };
}

function request({ prompt, completion, reference, rubric }) {
  const item = { completion };
  if (prompt) item.prompt = prompt;
  if (reference !== "") item.reference = reference;
  return { rubric, items: [item] };
}

let asked = 0;

async function score() {
  const mine = ++asked;
  let given;
  try {
    given = sample();
  } catch (error) {
    say(error.message);
    return;
  }
  busy(true);
  say("Scoring …");
  try {
    const { results } = await ask("/v1/score", { body: request(given) });
    if (mine !== asked) return;
    problem(null);
    byId("verdict").replaceChildren(verdict(results[0], given.completion));
    say(spoken(results[0]));
  } catch (error) {
    if (mine !== asked) return;
    byId("verdict").replaceChildren();
    empty();
    say("");
    problem(error);
  } finally {
    if (mine === asked) busy(false);
  }
}

function spoken(result) {
  if (result.reward === null) return `No reward: ${result.message}`;
  const reasons = Object.entries(result.scores).map(([name, score]) => `${name}: ${score.reason}`);
  return `Reward ${number(result.reward)}. ${reasons.join(", ")}.`;
}

const say = (words) => { byId("score-status").textContent = words; };

function busy(on) {
  byId("score").classList.toggle("waiting", on);
  byId("verdict").setAttribute("aria-busy", String(on));
}

function empty() {
  byId("verdict").replaceChildren(h("div", { class: "empty" },
    h("p", {}, "No verdict yet."),
    h("p", { class: "note" }, "Write or paste a sample and score it, or load an example.")));
}

async function share() {
  const link = await made((given) => toFragment(given));
  if (!link) return;
  history.replaceState(null, "", link);
  offer("Share this sample", location.href, "The link itself holds the sample; nothing is stored on the server. The API key is not in it.");
}

async function snippet(title, write) {
  const written = await made((given) => write(location.origin, request(given), wantsKey()));
  const note = wantsKey() ? "It reads the API key from the environment variable REWARD_KEY." : "";
  if (written) offer(title, written, note);
}

async function made(make) {
  try {
    return await make(sample());
  } catch (error) {
    say(error.message);
    return null;
  }
}
