// Makes elements. Everything a user or a model wrote goes in as text: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "rect", "path", "line", "g"]);

/** An element with attributes, listeners (`onclick`) and children (elements or text). */
export function h(tag, attributes = {}, ...children) {
  const node = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** A number as short as it can be said. */
export function number(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  return String(Number(value.toFixed(digits)));
}

export const count = (value) => value.toLocaleString("en");

export const percent = (part, whole) => (whole ? `${number((100 * part) / whole, 1)} %` : "–");

export function milliseconds(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms >= 1000) return `${number(ms / 1000, 2)} s`;
  return `${number(ms, ms < 10 ? 2 : 0)} ms`;
}

export function duration(seconds) {
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const at = units.findIndex(([size]) => seconds >= size);
  if (at < 0) return "0 s";
  const [size, name] = units[at];
  const below = units[at + 1];
  const rest = below ? Math.floor((seconds % size) / below[0]) : 0;
  return `${Math.floor(seconds / size)} ${name}${rest ? ` ${rest} ${below[1]}` : ""}`;
}

/** A scrollable table: head cells, then rows of cells. On a phone each row becomes a small card. */
export function table(label, head, rows, name = "") {
  const body = rows.flat();
  for (const row of body.filter((made) => !made.classList.contains("streams"))) {
    [...row.children].forEach((cell, index) => { if (head[index] && cell.localName === "td") cell.dataset.label = head[index]; });
  }
  return h("div", { class: `scroll ${name}`, role: "region", "aria-label": label, tabindex: "0" },
    h("table", { class: "stack" },
      h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell || h("span", { class: "hidden" }, "Action"))))),
      h("tbody", {}, body)));
}
