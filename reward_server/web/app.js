// Starts the page: views and their addresses, the API key, colours, what the server is.

import { ask, key, setKey } from "./api.js";
import { byId, duration, h } from "./dom.js";
import * as compare from "./compare.js";
import * as live from "./live.js";
import * as playground from "./playground.js";
import { setRubrics } from "./rubric.js";
import * as snippet from "./snippet.js";

const VIEWS = ["playground", "live", "compare"];
let wantsKey = false;

const viewOf = (hash) => VIEWS.find((view) => hash === `#${view}` || hash.startsWith(`#${view}?`)) ?? VIEWS[0];
const tab = (view) => byId(`tab-${view}`);

function show() {
  const current = viewOf(location.hash);
  for (const view of VIEWS) {
    byId(view).hidden = view !== current;
    tab(view).setAttribute("aria-selected", String(view === current));
    tab(view).tabIndex = view === current ? 0 : -1;
  }
  document.title = `${tab(current).textContent} · Reward server`;
  live.show(current === "live");
}

/** Left, right, home and end move between tabs, as in any list of tabs. */
function moveTab(event) {
  const at = VIEWS.indexOf(viewOf(location.hash));
  const to = { ArrowRight: (at + 1) % VIEWS.length, ArrowLeft: (at + VIEWS.length - 1) % VIEWS.length, Home: 0, End: VIEWS.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  location.hash = VIEWS[to];
  show();
  tab(VIEWS[to]).focus();
}

/** What went wrong, above everything; null clears it. */
function problem(fault) {
  byId("problem").replaceChildren();
  if (!fault) return;
  if (fault.kind === "key") {
    wantsKey = true;
    openKey(true);
  }
  const field = fault.field ? h("p", { class: "note" }, "Field: ", h("code", {}, fault.field)) : null;
  const again = fault.kind === "away" && h("button", { type: "button", onclick: () => load() }, "Try again");
  byId("problem").append(h("div", { class: "banner bad" }, h("div", {}, h("p", {}, fault.message), field), again));
}

function openKey(on) {
  byId("key-panel").hidden = !on;
  byId("key-button").setAttribute("aria-expanded", String(on));
  if (on) byId("key").focus();
}

function useKey(value) {
  setKey(value);
  byId("key").value = "";
  load();
}

function showKey() {
  byId("key-button").textContent = key() ? "API key ✓" : "API key";
  byId("key-forget").hidden = !key();
}

/** Ask what the server has; the views work from that. */
async function load() {
  showKey();
  try {
    setRubrics((await ask("/v1/rubrics")).rubrics);
    playground.fillRubrics();
    compare.fillRubrics();
    const info = await ask("/v1/info");
    wantsKey = info.api_keys;
    byId("key-button").hidden = !info.api_keys;
    byId("docs").hidden = info.api_keys; // a link can't bring the key
    byId("about").textContent = about(info);
    problem(null);
    openKey(false);
    live.wake();
    return true;
  } catch (fault) {
    problem(fault);
    return false;
  }
}

function about({ version, engine, workers, sandbox, languages, uptime_s: uptime }) {
  const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
  return `Version ${version} · ${engine} engine, ${plural(workers.up, "worker")} · sandbox ${sandbox.backend}, ${plural(languages.available, "language")} · up ${duration(uptime)}`;
}

function startTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const label = () => { byId("theme-button").textContent = isDark() ? "Light" : "Dark"; byId("theme-button").setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`); };
  byId("theme-button").addEventListener("click", () => {
    const chosen = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // no storage: for this page only
    }
    label();
  });
  system.addEventListener("change", label);
  label();
}

function openSample(sample) {
  location.hash = "playground";
  show();
  playground.load(sample);
  byId("completion").focus();
}

playground.start({ problem, wantsKey: () => wantsKey });
live.start(openSample);
compare.start({ problem, open: openSample });
snippet.start();
startTheme();
document.querySelector("[role=tablist]").addEventListener("keydown", moveTab);
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); byId("main").focus(); });
byId("key-button").addEventListener("click", () => openKey(byId("key-panel").hidden));
byId("key-panel").addEventListener("submit", (event) => { event.preventDefault(); useKey(byId("key").value.trim()); });
byId("key-forget").addEventListener("click", () => useKey(""));
addEventListener("hashchange", () => { show(); playground.openFragment(location.hash); });
show();
load().then(() => playground.openFragment(location.hash));
