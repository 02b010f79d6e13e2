// Small charts as SVG: an area over time, a histogram, a bar of shares.

import { count, h, number } from "./dom.js";

const WIDTH = 600;
const HEIGHT = 120;

/** Values over time, the newest at the right. */
export function area(values, label) {
  const most = Math.max(1e-9, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const y = (value) => (HEIGHT - 2 - (value / most) * (HEIGHT - 6)).toFixed(1);
  const line = values.map((value, index) => `${(index * step).toFixed(1)},${y(value)}`);
  const outline = line.length ? `M${line.join("L")}` : "";
  const filled = line.length ? `M0,${HEIGHT}L${line.join("L")}L${WIDTH},${HEIGHT}Z` : "";
  return h("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", class: "area", role: "img", "aria-label": label },
    h("line", { class: "grid", x1: 0, x2: WIDTH, y1: HEIGHT / 2, y2: HEIGHT / 2 }),
    h("path", { class: "fill", d: filled }),
    h("path", { class: "stroke", d: outline }));
}

const BIN = 0.1;
const GAP = 2;

/** Pairs of a bin's lower end and its count, bins a tenth wide; from 0 to 1 at least. */
export function histogram(pairs, what) {
  const lowest = Math.min(0, ...pairs.map(([low]) => low));
  const highest = Math.max(1, ...pairs.map(([low]) => low));
  const bins = Math.round((highest - lowest) / BIN) + 1;
  const most = Math.max(1, ...pairs.map(([, n]) => n));
  const width = WIDTH / bins;
  const bars = pairs.map(([low, n]) => {
    const height = Math.max(2, (n / most) * (HEIGHT - 4));
    const x = Math.round((low - lowest) / BIN) * width;
    return h("rect", { class: "fill", x: (x + GAP / 2).toFixed(1), y: (HEIGHT - height).toFixed(1), width: (width - GAP).toFixed(1), height: height.toFixed(1), rx: 2 });
  });
  const said = pairs.map(([low, n]) => `${number(low, 1)}: ${count(n)}`).join(", ");
  const whole = Number.isInteger(lowest) && Number.isInteger(highest) && highest - lowest > 1;
  const ticks = whole ? Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index) : [lowest, (lowest + highest) / 2, highest];
  return h("figure", { class: "histogram" },
    h("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": `Histogram of ${what}. ${said}` },
      h("line", { class: "grid", x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }), bars),
    h("figcaption", { "aria-hidden": "true" }, ticks.map((tick) => h("span", {}, number(tick, 2)))));
}

/** A share as a bar. */
export function share(part, whole, label) {
  const filled = h("span", { class: "filled" });
  filled.style.inlineSize = `${whole ? (100 * part) / whole : 0}%`;
  return h("span", { class: "share", role: "img", "aria-label": label }, filled);
}
