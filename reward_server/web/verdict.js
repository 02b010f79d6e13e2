// A result as people read it: the reward, each component and why, the tests, the completion.

import { h, milliseconds, number, table } from "./dom.js";
import { meaning } from "./reasons.js";
import { highlighted, spansOf } from "./spans.js";

/** The whole result of one item. */
export function verdict(result, completion) {
  const parts = Object.entries(result.scores);
  return h("div", { class: "verdict" },
    summary(result, parts),
    parts.map(([name, score]) => component(name, score, result.message)),
    completion && h("section", { class: "card" }, h("h2", {}, "Completion"), highlighted(completion, spansOf(completion, result.scores))));
}

const STATUS = {
  ok: ["good", "ok", "The score means something."],
  invalid: ["warn", "invalid", "The item's data can't be used: asking again won't help."],
  failed: ["bad", "failed", "The server failed: asking again may help."],
};

function summary(result, parts) {
  const [tone, word, about] = STATUS[result.status];
  return h("section", { class: `card summary ${result.status === "ok" ? "" : tone}` },
    h("div", { class: "reward" }, h("h2", {}, "Reward"), h("p", { class: "big" }, result.reward === null ? "none" : number(result.reward))),
    h("div", { class: "grow" },
      h("p", {}, h("span", { class: `pill ${tone}` }, word), " ", h("span", { class: "note" }, result.status === "ok" ? how(parts) : about)),
      result.message && h("p", { class: "message", tabindex: "0" }, result.message)));
}

/** `accuracy 1 + format 0` for a rubric of several parts. */
function how(parts) {
  return parts.map(([name, score]) => {
    if (score.weight === 0) return `${name} ${number(score.score)}, not counted`;
    const weight = score.weight === 1 ? "" : `${number(score.weight)} × `;
    return `${weight}${name} ${number(score.score)}`;
  }).join(" · ");
}

/** A component's card: score, reason with its meaning, what was extracted, its tests; `said`: what stands above. */
export function component(name, score, said = "") {
  const [tone, word] = outcome(score);
  const { detail, verifier } = score;
  return h("section", { class: "card component" },
    h("header", {},
      h("h3", {}, name, verifier !== name && h("span", { class: "note" }, ` ${verifier}`)),
      h("span", { class: `pill ${tone}` }, word),
      h("span", { class: "score" }, number(score.score)),
      h("span", { class: "note facts" }, `weight ${number(score.weight)} · ${milliseconds(score.ms)}`)),
    h("p", { class: "why" }, h("code", {}, score.reason), " ", meaning(verifier, score.reason)),
    score.message && !said?.endsWith(score.message) && h("p", { class: "message" }, score.message),
    extracted(detail),
    language(detail),
    Array.isArray(detail.tests) && tests(detail),
    raw(detail));
}

function outcome(score) {
  if (score.status === "invalid") return ["warn", "! invalid"];
  if (score.status === "failed") return ["bad", "! failed"];
  return score.passed ? ["good", "✓ passed"] : ["bad", "✗ not passed"];
}

function extracted(detail) {
  if (typeof detail.extracted === "string" && detail.extracted) {
    const rule = detail.rule && h("span", { class: "note" }, ` by the rule ${detail.rule}`);
    return h("div", { class: "fact" }, h("span", { class: "note" }, "Extracted"), h("code", { class: "extracted" }, detail.extracted), rule);
  }
  if (detail.extracted?.from) {
    const { from, tag, chars, blocks, closed } = detail.extracted;
    const words = [`${chars} characters from ${from.replaceAll("_", " ")}`, tag && `tagged ${tag}`, blocks > 1 && `the last of ${blocks} blocks`, closed === false && "never closed"];
    return h("div", { class: "fact" }, h("span", { class: "note" }, "Extracted"), h("span", {}, words.filter(Boolean).join(", ")));
  }
  return null;
}

const MAX_LANGUAGES = 6;

function language(detail) {
  const shares = Object.entries(detail.by_language ?? {});
  const total = shares.reduce((sum, [, words]) => sum + words, 0);
  if (!total) return null;
  const shown = shares.slice(0, MAX_LANGUAGES).map(([code, words]) => `${code} ${number((100 * words) / total, 1)} %`);
  return h("div", { class: "fact" }, h("span", { class: "note" }, "Words"), h("span", {}, `${shown.join(" · ")} (asked for: ${detail.target})`));
}

function tests(detail) {
  const head = ["Sign", "Test", "Outcome", "Wall", "CPU", "Memory", "Ended with"];
  return h("div", { class: "tests" },
    h("p", { class: "fact" }, h("span", { class: "note" }, "Tests"), h("span", {}, `${detail.passed_tests} of ${detail.total_tests} passed · ${detail.language} · isolation: ${detail.isolation}`)),
    table("Tests", head, detail.tests.map(testRows)));
}

function testRows(test) {
  const passed = test.reason === "passed";
  const tone = passed ? "good" : test.reason === "skipped" ? "" : "bad";
  const sign = passed ? "✓" : test.reason === "skipped" ? "–" : "✗";
  const name = test.name ?? `#${test.test + 1}`;
  const memory = test.memory_mb === null ? "–" : `${number(test.memory_mb, 1)} MB`;
  const row = h("tr", {},
    h("td", { class: `sign ${tone}` }, sign),
    h("th", { scope: "row" }, name),
    h("td", { title: meaning("code", test.reason) }, h("code", {}, test.reason)),
    h("td", { class: "figure" }, milliseconds(test.wall_ms)),
    h("td", { class: "figure" }, milliseconds(test.cpu_ms)),
    h("td", { class: "figure" }, memory),
    h("td", {}, ending(test)));
  const texts = ["message", "stdout", "stderr", "expected"].filter((key) => test[key]);
  if (!texts.length) return [row];
  const below = texts.map((key) => h("div", { class: "stream" }, h("span", { class: "note" }, key), h("pre", { tabindex: "0", "aria-label": `${key} of test ${name}` }, test[key])));
  return [row, h("tr", { class: "streams" }, h("td", {}), h("td", { colspan: "6" }, below))];
}

function ending(test) {
  if (test.signal !== null && test.signal !== undefined) return `signal ${test.signal}`;
  return test.exit_code === null || test.exit_code === undefined ? "–" : `exit code ${test.exit_code}`;
}

function raw(detail) {
  const known = Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== null));
  if (!Object.keys(known).length) return null;
  return h("details", {}, h("summary", {}, "All details"), h("pre", { tabindex: "0", "aria-label": "All details" }, JSON.stringify(known, null, 2)));
}
