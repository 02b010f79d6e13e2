// The live view: asks every two seconds what was scored of late, as long as somebody looks.

import { ask } from "./api.js";
import { area, histogram, share } from "./charts.js";
import { byId, count, duration, h, milliseconds, number, percent, table } from "./dom.js";
import { meaning } from "./reasons.js";

const EVERY_MS = 2000;
const NOW_SLOTS = 5;

const replicas = new Map();
const drawn = new Map();
let shown = false;
let paused = false;
let timer = 0;
let open = () => {};

/** Set the view up; `openSample(sample)` loads a sample into the playground. */
export function start(openSample) {
  open = openSample;
  byId("pause").addEventListener("click", () => setPaused(!paused));
  byId("replica").addEventListener("change", draw);
  document.addEventListener("visibilitychange", wake);
}

export function show(on) {
  shown = on;
  wake();
}

/** Ask again at once, for instance with another key. */
export function wake() {
  clearTimeout(timer);
  if (shown && !paused && !document.hidden) poll();
}

function setPaused(on) {
  paused = on;
  byId("pause").textContent = on ? "Resume" : "Pause";
  byId("pause").setAttribute("aria-pressed", String(on));
  if (on) state("Paused", "");
  wake();
}

async function poll() {
  clearTimeout(timer);
  try {
    const told = await ask("/v1/live", { signal: AbortSignal.timeout(10 * EVERY_MS) });
    replicas.set(told.instance, told);
    if (!paused) state("Live", "good");
    draw();
  } catch (fault) {
    if (!paused) state(fault.name === "TimeoutError" ? "The server does not answer. Trying again …" : `${fault.message} Trying again …`, "bad");
    if (!replicas.size) byId("live-body").replaceChildren(h("div", { class: "empty" }, h("p", {}, "Nothing to show yet."), h("p", { class: "note" }, fault.message)));
  }
  if (shown && !paused && !document.hidden) {
    clearTimeout(timer);
    timer = setTimeout(poll, EVERY_MS);
  }
}

/** Says how the view is; said aloud only when it changes. */
function state(words, tone) {
  const node = byId("live-state");
  if (node.textContent !== words) node.textContent = words;
  node.className = `state ${tone}`;
  byId("live-body").classList.toggle("stale", tone === "bad");
}

function draw() {
  const told = replicas.get(chosenReplica());
  if (!told) return;
  if (!byId("tiles")) {
    const names = ["tiles", "nodes", "charts", "verifiers", "slowest", "failed", "samples"];
    byId("live-body").replaceChildren(...names.map((name) => h("div", { id: name })));
    drawn.clear();
  }
  section("tiles", [told.items, told.items_by_slot, told.queue, told.checks, told.rewards, Math.floor(told.uptime_s / 10)], () => tiles(told));
  section("nodes", told.checks.nodes, () => told.checks.nodes && nodes(told.checks.nodes));
  section("charts", [told.items_by_slot, told.rewards], () => charts(told));
  section("verifiers", told.verifiers, () => verifiers(told));
  section("slowest", told.slowest, () => listed("Slowest items", told.slowest, "Nothing was scored in the last five minutes."));
  section("failed", told.failed, () => listed("Failed and invalid items of late", told.failed, "None: every item got its reward."));
  section("samples", told.samples, () => told.keep_samples > 0 && listed("Samples of late", told.samples, "None yet."));
}

/** Draws a part of the view anew where its data changed, but never under somebody's keyboard. */
function section(id, data, make) {
  const node = byId(id);
  const signature = JSON.stringify(data);
  if (drawn.get(id) === signature || (node.childElementCount && node.contains(document.activeElement))) return;
  drawn.set(id, signature);
  node.replaceChildren(...[make()].flat().filter(Boolean));
}

/** One replica's record at a time: behind a load balancer each answer may be another's. */
function chosenReplica() {
  const select = byId("replica");
  const known = [...select.options].map((option) => option.value);
  for (const instance of replicas.keys()) {
    if (!known.includes(instance)) select.append(h("option", { value: instance }, instance));
  }
  byId("replica-field").hidden = replicas.size < 2;
  return select.value;
}

function tiles(told) {
  const recent = told.items_by_slot.slice(-NOW_SLOTS);
  const requests = told.requests_by_slot.slice(-NOW_SLOTS);
  const seconds = Math.max(1, recent.length) * told.slot_s;
  const rate = (slots) => number(slots.reduce((sum, n) => sum + n, 0) / seconds, 1);
  const { workers, sandbox } = told.checks;
  return h("dl", { class: "tiles" },
    tile("Items a second", rate(recent), `${count(told.items)} in five minutes`),
    tile("Requests a second", rate(requests), `${count(told.requests)} in five minutes`),
    tile("Mean reward", number(told.rewards.mean, 3), `${count(told.rewards.none)} without a reward`, told.rewards.none ? "warn" : ""),
    tile("Queue", count(told.queue.items), `of ${count(told.queue.limit)} items`),
    tile("Workers", String(workers.up), workers.ok ? `up ${duration(told.uptime_s)}` : "not all are up", workers.ok ? "" : "bad"),
    tile("Sandbox", `${sandbox.slots} of ${sandbox.expected}`, sandbox.problem ?? `${sandbox.backend} · ${count(sandbox.waiting)} waiting`, sandbox.ok ? "" : "bad"));
}

function tile(name, value, below, tone = "") {
  return h("div", { class: `tile ${tone}` }, h("dt", {}, name), h("dd", {}, h("span", { class: "big" }, value), h("span", { class: "note" }, below)));
}

/** The machines of a Ray cluster, each with what it has in hand. */
function nodes({ up, nodes: all }) {
  const rows = all.map((node) => h("tr", {},
    h("th", { scope: "row", class: "id" }, node.address),
    h("td", {}, h("span", { class: `pill ${node.ok ? "good" : "bad"}` }, node.ok ? "judges" : "does not judge"), node.problem && h("p", { class: "note" }, node.problem)),
    h("td", { class: "figure" }, count(node.workers)),
    h("td", { class: "figure" }, percent(node.load, node.limit))));
  return h("section", { class: "card" }, h("h2", {}, "Nodes of the cluster", h("span", { class: "note" }, ` ${up} of ${all.length} judge`)),
    table("Nodes of the cluster", ["Address", "State", "Workers", "In hand"], rows, "tall"));
}

function charts(told) {
  const rates = told.items_by_slot.map((n) => n / told.slot_s);
  const peak = Math.max(0, ...rates);
  const minutes = duration(rates.length * told.slot_s);
  return h("div", { class: "pair even" },
    h("section", { class: "card" }, h("h2", {}, "Items a second", h("span", { class: "note" }, ` peak ${number(peak, 1)}`)),
      area(rates, `Items a second over the last ${minutes}, at most ${number(peak, 1)}`),
      h("p", { class: "axis note" }, h("span", {}, `${minutes} ago`), h("span", {}, "now"))),
    h("section", { class: "card" }, h("h2", {}, "Rewards", h("span", { class: "note" }, ` ${count(told.rewards.scored)} items`)),
      told.rewards.scored ? histogram(told.rewards.histogram, "rewards") : h("p", { class: "empty small" }, "No rewards yet.")));
}

function verifiers(told) {
  const names = Object.keys(told.verifiers);
  if (!names.length) return h("div", { class: "empty" }, h("p", {}, "Nothing was scored in the last five minutes."), h("p", { class: "note" }, "Verifiers appear here as soon as a batch was scored."));
  return h("div", { class: "verifiers" }, names.map((name) => verifier(name, told.verifiers[name])));
}

function verifier(name, about) {
  const passed = `${percent(about.passed, about.scored)} passed`;
  const reasons = about.reasons.map(({ reason, status, count: n }) => h("tr", { title: meaning(name, reason) },
    h("th", { scope: "row" }, h("code", { class: status === "ok" ? "" : "fault" }, reason)),
    h("td", { class: "bar-cell" }, share(n, about.verdicts, percent(n, about.verdicts))),
    h("td", { class: "figure" }, percent(n, about.verdicts)),
    h("td", { class: "figure" }, count(n))));
  return h("section", { class: "card" },
    h("h2", {}, name, h("span", { class: "note" }, ` ${count(about.verdicts)} verdicts`)),
    h("p", { class: "pass" }, h("b", {}, passed), share(about.passed, about.scored, passed)),
    about.scored > 0 && histogram(about.histogram, `scores by ${name}`),
    h("table", { class: "reasons", "aria-label": `Reasons of ${name}` }, h("tbody", {}, reasons)));
}

function listed(title, entries, nothing) {
  const texts = entries.some((entry) => entry.sample);
  const head = ["Item", "When", "Reward", "Verdicts", "Took", texts ? "Text" : null].filter(Boolean);
  const body = entries.length ? table(title, head, entries.map((entry) => row(entry, texts)), "tall") : h("p", { class: "empty small" }, nothing);
  return h("section", { class: "card" }, h("h2", {}, title), body);
}

function row(entry, texts) {
  const scores = Object.entries(entry.scores);
  const took = scores.reduce((sum, [, score]) => sum + score.ms, 0);
  const verdicts = scores.map(([name, score]) => h("span", { class: "said", title: meaning(score.verifier, score.reason) }, `${name}: `, h("code", { class: score.status === "ok" ? "" : "fault" }, score.reason)));
  return h("tr", {},
    h("th", { scope: "row", class: "id" }, entry.id === null ? h("span", { class: "note" }, `#${entry.index}`) : String(entry.id)),
    h("td", {}, h("time", { datetime: new Date(entry.at * 1000).toISOString() }, new Date(entry.at * 1000).toLocaleTimeString("en-GB"))),
    h("td", { class: "figure" }, entry.reward === null ? h("span", { class: "pill warn" }, entry.status) : number(entry.reward)),
    h("td", {}, verdicts, entry.message && h("p", { class: "note" }, entry.message)),
    h("td", { class: "figure" }, milliseconds(took)),
    texts && h("td", {}, preview(entry)));
}

function preview({ sample, id, index }) {
  const plain = typeof sample?.completion === "string";
  const text = plain ? sample.completion : JSON.stringify(sample?.completion ?? "–");
  const button = plain && h("button", { type: "button", class: "small", "aria-label": `Open ${id ?? `item ${index}`} in the playground`, onclick: () => open(sample) }, "Open");
  return h("div", { class: "preview" }, h("span", { class: "cut" }, text.slice(0, 200)), button);
}
