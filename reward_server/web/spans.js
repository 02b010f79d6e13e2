// The completion with its spans: what broke a rule, what was extracted, which part is which.

import { h } from "./dom.js";
import { meaning } from "./reasons.js";

/** Spans of a result in JavaScript's own offsets; the server counts whole characters. */
export function spansOf(completion, scores) {
  const at = offsets(completion);
  const found = [];
  for (const [name, { verifier, detail }] of Object.entries(scores)) {
    const add = (kind, label, start, end) => found.push({ kind, name, verifier, label, start: at(start), end: at(end) });
    const base = "part_start" in detail ? detail.part_start : 0;
    for (const broken of base === null ? [] : detail.broken ?? []) {
      if (Number.isInteger(broken.start)) add("broken", broken.rule, base + broken.start, base + broken.end);
    }
    for (const [start, end] of detail.other_scripts ?? []) add("broken", "other_script", start, end);
    for (const [start, end] of detail.think_spans ?? []) add("think", "think part", start, end);
    if (detail.answer_span) add("answer", "answer part", ...detail.answer_span);
    const extracted = typeof detail.extracted === "string" ? detail.extracted : "";
    const start = extracted ? placeOf(extracted, completion) : -1;
    if (start >= 0) found.push({ kind: "extracted", name, verifier, label: "extracted", start, end: start + extracted.length });
  }
  return found;
}

/** Where an extracted answer most likely stood: in the last box or tag that holds just it, else last. */
function placeOf(extracted, completion) {
  const framed = [["{", "}"], [">", "<"]].map(([open, close]) => completion.lastIndexOf(open + extracted + close));
  const last = Math.max(...framed);
  return last >= 0 ? last + 1 : completion.lastIndexOf(extracted);
}

/** From offsets in code points to offsets in UTF-16. */
function offsets(text) {
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => offset;
  const places = [0];
  for (const character of text) places.push(places.at(-1) + character.length);
  return (offset) => places[Math.min(offset, places.length - 1)];
}

/** The text in a box with its spans marked, and a legend that leads to each broken one. */
export function highlighted(text, spans) {
  const broken = spans.filter((span) => span.kind === "broken");
  broken.forEach((span, index) => { span.number = index + 1; });
  const edges = new Set([0, text.length, ...spans.flatMap((span) => [span.start, span.end])]);
  const cuts = [...edges].sort((a, b) => a - b);
  const marks = new Map();
  const pieces = cuts.flatMap((start, index) => {
    const points = broken.filter((span) => span.start === start && span.end === start);
    const made = points.map((span) => remember(marks, span, h("mark", { class: "broken point", tabindex: "-1", title: titles([span]), "data-number": span.number })));
    const end = cuts[index + 1];
    if (end === undefined) return made;
    const covering = spans.filter((span) => span.start <= start && span.end >= end && span.end > span.start);
    return [...made, piece(text.slice(start, end), covering, marks)];
  });
  const label = "Completion, with the spans that broke a rule marked";
  return h("div", { class: "highlight" },
    h("pre", { class: "completion", tabindex: "0", role: "region", "aria-label": label }, pieces),
    legend(spans, broken, marks));
}

function piece(text, covering, marks) {
  if (!covering.length) return text;
  const kinds = new Set(covering.map((span) => span.kind));
  const strong = kinds.has("broken") || kinds.has("extracted");
  const node = h(strong ? "mark" : "span", { class: [...kinds].join(" "), title: titles(covering) }, text);
  const broken = covering.filter((span) => span.kind === "broken");
  const first = broken.filter((span) => !marks.has(span));
  for (const span of first) remember(marks, span, node);
  if (first.length) node.setAttribute("data-number", first.map((span) => span.number).join(" "));
  if (broken.length) node.tabIndex = -1;
  return node;
}

function remember(marks, span, node) {
  if (!marks.has(span)) marks.set(span, node);
  return node;
}

const titles = (covering) => [...new Set(covering.map((span) => `${span.name}: ${span.label}`))].join("\n");

const KINDS = { think: "think part", answer: "answer part", extracted: "extracted" };

function legend(spans, broken, marks) {
  const present = Object.keys(KINDS).filter((kind) => spans.some((span) => span.kind === kind));
  const keys = present.map((kind) => h("span", { class: "key" }, h("span", { class: `swatch ${kind}` }), KINDS[kind]));
  const rows = broken.map((span) => h("li", {},
    h("button", { type: "button", class: "link", onclick: () => show(marks.get(span)) },
      h("span", { class: "badge bad" }, span.number),
      h("span", {}, h("b", {}, `${span.name}: ${span.label}`), " ", meaning(span.verifier, span.label)))));
  return [
    keys.length > 0 && h("p", { class: "keys note" }, keys),
    rows.length > 0 && h("ol", { class: "legend", "aria-label": "Spans that broke a rule" }, rows),
  ];
}

function show(node) {
  node.scrollIntoView({ block: "center", behavior: "auto" });
  node.focus({ preventScroll: true });
}
