// The compare view: the same lines under two rubrics, and where they disagree.

import { ask } from "./api.js";
import { byId, count, h } from "./dom.js";
import { exampleLines } from "./examples.js";
import { batches, readLines, rowOf } from "./lines.js";
import { reset, results } from "./comparison.js";
import { rubricPicker } from "./rubric.js";

const MAX_TEXT_SHOWN = 1 << 20;
const MAX_LINES = 20_000;
const BUSY_TRIES = 20;

const pickers = { a: rubricPicker("rubric-a", "Rubric A", "auto"), b: rubricPicker("rubric-b", "Rubric B", "r1-zero") };
let problem = () => {};
let open = () => {};
let file = null;
let stopping = null;

export function start(options) {
  ({ problem, open } = options);
  byId("compare-a").replaceWith(pickers.a.node);
  byId("compare-b").replaceWith(pickers.b.node);
  byId("compare-form").addEventListener("submit", (event) => { event.preventDefault(); run(); });
  byId("stop").addEventListener("click", () => stopping?.abort());
  byId("sample-lines").addEventListener("click", () => { byId("lines").value = exampleLines(); file = null; noteLines(); });
  byId("lines").addEventListener("input", () => { file = null; noteLines(); });
  byId("file").addEventListener("change", (event) => { take(event.target.files[0]); event.target.value = ""; });
  const form = byId("compare-form");
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => { event.preventDefault(); form.classList.remove("over"); take(event.dataTransfer.files[0]); });
  empty();
}

export function fillRubrics() {
  pickers.a.fill();
  pickers.b.fill();
}

/** Take a file's lines; the text of a large one is not put into the box. */
async function take(given) {
  if (!given) return;
  const text = await given.text();
  const small = text.length <= MAX_TEXT_SHOWN;
  byId("lines").value = small ? text : "";
  file = small ? null : { name: given.name, text };
  noteLines();
}

const source = () => file?.text ?? byId("lines").value;

function noteLines() {
  const { items, faults } = readLines(source());
  const from = file ? `from ${file.name}: ` : "";
  const note = byId("lines-note");
  note.className = faults.length ? "fault" : "note";
  const wrong = faults.length ? ` ${count(faults.length)} can't be read and will be left out: ${faults.slice(0, 3).join("; ")}${faults.length > 3 ? " …" : ""}` : "";
  note.textContent = items.length || faults.length ? `${from}${count(items.length)} ${items.length === 1 ? "line" : "lines"}.${wrong}` : "Paste lines, or drop a file here.";
}

async function run() {
  let rubrics;
  try {
    rubrics = { a: pickers.a.value(), b: pickers.b.value() };
  } catch (error) {
    say(error.message);
    return;
  }
  const { items } = readLines(source());
  if (!items.length) {
    say("There are no lines to compare.");
    byId("lines").focus();
    return;
  }
  if (items.length > MAX_LINES) {
    say(`These are ${count(items.length)} lines; this page compares ${count(MAX_LINES)} at most. Use reward-server score for more.`);
    return;
  }
  const show = results(byId("compare-body"), rubrics, open);
  await score(items, rubrics, show);
}

async function score(items, rubrics, show) {
  stopping = new AbortController();
  const { signal } = stopping;
  busy(true);
  problem(null);
  let done = 0;
  try {
    for (const batch of batches(items)) {
      const body = { items: batch.map(({ item }) => item) };
      const [a, b] = await Promise.all([rubrics.a, rubrics.b].map((rubric) => patient({ ...body, rubric }, signal)));
      show(batch.map((entry, index) => rowOf(entry, a.results[index], b.results[index])));
      done += batch.length;
      byId("progress").value = done / items.length;
      say(`${count(done)} of ${count(items.length)} lines`);
    }
    say(`${count(done)} ${done === 1 ? "line" : "lines"} compared.`);
  } catch (error) {
    say(`Stopped after ${count(done)} of ${count(items.length)} lines.`);
    if (error.name !== "AbortError") problem(error);
    if (!done) empty();
  } finally {
    busy(false);
  }
}

/** Ask, and again while the queue is full. */
async function patient(body, signal) {
  for (let left = BUSY_TRIES; ; left -= 1) {
    try {
      return await ask("/v1/score", { body, signal });
    } catch (fault) {
      if (fault.kind !== "busy" || !left) throw fault;
      await new Promise((resolve) => { setTimeout(resolve, fault.retryAfter * 1000); });
    }
  }
}

function busy(on) {
  byId("run").disabled = on;
  byId("stop").hidden = !on;
  byId("progress").hidden = !on;
  byId("progress").value = 0;
}

const say = (words) => { byId("compare-status").textContent = words; };

function empty() {
  reset(byId("compare-body"), h("div", { class: "empty" },
    h("p", {}, "Nothing compared yet."),
    h("p", { class: "note" }, "Choose two rubrics, paste some lines and compare; or try the example lines.")));
}
