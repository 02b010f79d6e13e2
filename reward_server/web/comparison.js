// What a comparison found: totals, a filter, a page of rows at a time, a download.

import { byId, count, h, number, percent, table } from "./dom.js";
import { changed, FILTERS, toJsonl, totals } from "./lines.js";
import { component } from "./verdict.js";

const PAGE = 50;

export const reset = (body, node) => body.replaceChildren(node);

/** Starts a table in `body`; returns what adds rows to it. */
export function results(body, rubrics, open) {
  const state = { rows: [], rubrics, open, filter: "disagree", order: "difference", search: "", page: 0, opened: new Set() };
  body.replaceChildren(h("div", { id: "totals" }), h("h2", { class: "hidden" }, "Lines"), controls(state), h("div", { id: "rows" }));
  return (rows) => {
    state.rows.push(...rows);
    draw(state);
  };
}

function controls(state) {
  const set = (key) => (event) => { state[key] = event.target.value; state.page = 0; draw(state); };
  const filters = Object.entries(FILTERS).map(([name, [label]]) => h("option", { value: name }, label));
  return h("div", { class: "controls" },
    h("label", {}, "Show ", h("select", { id: "filter", onchange: set("filter") }, filters)),
    h("label", {}, "Order ", h("select", { id: "order", onchange: set("order") },
      h("option", { value: "difference" }, "Largest difference"), h("option", { value: "line" }, "By line"))),
    h("label", { class: "grow" }, "Find ", h("input", { id: "find", type: "search", placeholder: "id or text", oninput: set("search") })),
    h("button", { type: "button", id: "download", onclick: () => download(state) }, "Download JSONL"));
}

function draw(state) {
  byId("totals").replaceChildren(summary(totals(state.rows), state.rows.length));
  const rows = chosen(state);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE));
  state.page = Math.min(state.page, pages - 1);
  const here = rows.slice(state.page * PAGE, (state.page + 1) * PAGE);
  byId("rows").replaceChildren(...(here.length ? [list(state, here), pager(state, rows.length, pages)] : [nothing(state)]));
}

function chosen({ rows, filter, order, search }) {
  const wanted = search.trim().toLowerCase();
  const [, fits] = FILTERS[filter];
  const found = rows.filter((row) => fits(row) && (!wanted || haystack(row).includes(wanted)));
  const distance = (row) => (row.difference === null ? Infinity : Math.abs(row.difference));
  return found.sort((a, b) => (order === "difference" ? distance(b) - distance(a) : 0) || a.line - b.line);
}

function haystack(row) {
  row.text ??= `${row.item.id ?? ""}\n${JSON.stringify(row.item.completion)}`.toLowerCase();
  return row.text;
}

function summary(sums, all) {
  const tile = (name, value, below) => h("div", { class: "tile" }, h("dt", {}, name), h("dd", {}, h("span", { class: "big" }, value), h("span", { class: "note" }, below)));
  return h("dl", { class: "tiles" },
    tile("Lines", count(all), sums.none ? `${count(sums.none)} without a reward` : "all with a reward"),
    tile("Disagreements", count(sums.disagree), percent(sums.disagree, all)),
    tile("Mean reward A", number(sums.meanA, 3), `higher on ${count(sums.a)} lines`),
    tile("Mean reward B", number(sums.meanB, 3), `higher on ${count(sums.b)} lines`));
}

const nothing = ({ rows, filter }) => h("div", { class: "empty" }, h("p", {}, filter === "disagree" && rows.length ? "The two rubrics agree on every line." : "No line fits."));

function list(state, rows) {
  const head = ["Line", "Id", "A", "B", "B − A", "What differs", ""];
  return table("Lines", head, rows.map((row) => line(state, row)), "card flush lines");
}

function line(state, row) {
  const opened = state.opened.has(row.line);
  const toggle = () => {
    if (!state.opened.delete(row.line)) state.opened.add(row.line);
    draw(state);
    byId(`open-${row.line}`).focus();
  };
  const made = h("tr", { class: opened ? "opened" : null },
    h("td", { class: "figure note" }, row.line),
    h("th", { scope: "row", class: "id" }, row.item.id === undefined || row.item.id === null ? "–" : String(row.item.id)),
    h("td", { class: "figure" }, reward(row.a)),
    h("td", { class: "figure" }, reward(row.b)),
    h("td", { class: `figure ${row.difference > 0 ? "good" : row.difference < 0 ? "bad" : ""}` }, signed(row.difference)),
    h("td", { class: "differs" }, changed(row.a, row.b).map(difference)),
    h("td", {}, h("button", { type: "button", class: "small", id: `open-${row.line}`, "aria-expanded": String(opened), "aria-label": `${opened ? "Hide" : "Show"} line ${row.line}`, onclick: toggle }, opened ? "Hide" : "Show")));
  return opened ? [made, details(state, row)] : [made];
}

const reward = (side) => (side.reward === null ? h("span", { class: "pill warn" }, side.status) : number(side.reward));

function signed(difference) {
  if (difference === null) return "–";
  return difference > 0 ? `+${number(difference)}` : number(difference).replace("-", "−");
}

/** `format only in B: 0 unclosed_think` or `math 1 equal → 0 no_answer`. */
function difference({ name, left, right }) {
  const said = (score) => `${number(score.score)} ${score.reason}`;
  const words = left && right ? `${said(left)} → ${said(right)}` : `only in ${left ? "A" : "B"}: ${said(left ?? right)}`;
  return h("span", { class: "said" }, h("b", {}, name), ` ${words}`);
}

function details(state, row) {
  const { item, a, b } = row;
  const text = typeof item.completion === "string" ? item.completion : JSON.stringify(item.completion, null, 2);
  const side = (name, result) => h("div", {}, h("h3", { class: "side" }, `${name} `, h("span", { class: "note" }, label(state.rubrics[name.toLowerCase()]))),
    result.message && h("p", { class: "message" }, result.message),
    Object.entries(result.scores).map(([part, score]) => component(part, score, result.message)));
  const openable = typeof item.completion === "string";
  return h("tr", { class: "streams" }, h("td", { colspan: "7" },
    h("pre", { class: "completion", tabindex: "0", role: "region", "aria-label": `Completion of line ${row.line}` }, text),
    h("p", { class: "fact" }, h("span", { class: "note" }, "Reference"), h("code", {}, typeof item.reference === "string" ? item.reference : JSON.stringify(item.reference ?? null))),
    h("div", { class: "pair" }, side("A", a), side("B", b)),
    openable && h("p", { class: "actions" }, ["A", "B"].map((name) => h("button", { type: "button", class: "small", onclick: () => state.open({ ...item, rubric: state.rubrics[name.toLowerCase()] }) }, `Open in the playground with ${name}`)))));
}

const label = (rubric) => (typeof rubric === "string" ? rubric : "inline");

function pager(state, rows, pages) {
  if (pages < 2) return h("p", { class: "note pager" }, `${count(rows)} ${rows === 1 ? "line" : "lines"}`);
  const go = (step, id) => () => { state.page += step; draw(state); (byId(id).disabled ? byId("rows").querySelector(".pager button:enabled") : byId(id)).focus(); };
  const first = state.page * PAGE + 1;
  return h("nav", { class: "pager", "aria-label": "Pages" },
    h("button", { type: "button", id: "previous", disabled: state.page === 0, onclick: go(-1, "previous") }, "Previous"),
    h("span", { class: "note" }, `${count(first)}–${count(Math.min(rows, first + PAGE - 1))} of ${count(rows)}`),
    h("button", { type: "button", id: "next", disabled: state.page === pages - 1, onclick: go(1, "next") }, "Next"));
}

function download({ rows, rubrics }) {
  const url = URL.createObjectURL(new Blob([toJsonl(rows, rubrics)], { type: "application/x-ndjson" }));
  h("a", { href: url, download: "compared.jsonl" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
