// Chooses a rubric: one of the server's by name, or one written inline as JSON.

import { h, number } from "./dom.js";

const INLINE = "";
let named = {};

export const setRubrics = (rubrics) => { named = rubrics; };

/** A select with an editor for inline JSON. `value()` throws where that can't be read. */
export function rubricPicker(id, label, first) {
  const select = h("select", { id, "aria-describedby": `${id}-about` });
  const about = h("p", { id: `${id}-about`, class: "note formula" });
  const editor = h("textarea", { id: `${id}-json`, rows: "7", spellcheck: "false", "aria-describedby": `${id}-error` });
  const error = h("p", { id: `${id}-error`, class: "fault", "aria-live": "polite" });
  const inline = h("div", { class: "field", hidden: true }, h("label", { for: editor.id }, "Inline rubric, JSON"), editor, error);
  const node = h("div", { class: "field" }, h("label", { for: id }, label), select, about, inline);
  let last = first;

  function show() {
    inline.hidden = select.value !== INLINE;
    const said = inline.hidden ? formula(named[select.value]) : "";
    about.textContent = said;
    about.hidden = !said || said === select.value;
    if (!inline.hidden && !editor.value.trim()) {
      editor.value = JSON.stringify(shortened(named[last]), null, 2);
    }
    if (inline.hidden) last = select.value;
    error.textContent = "";
  }

  function fill() {
    const options = Object.keys(named).map((name) => h("option", { value: name }, name));
    select.replaceChildren(...options, h("option", { value: INLINE }, "inline JSON …"));
    select.value = named[last] ? last : Object.keys(named)[0] ?? INLINE;
    show();
  }

  function value() {
    if (select.value !== INLINE) return select.value;
    try {
      return JSON.parse(editor.value);
    } catch (problem) {
      error.textContent = `Not JSON: ${problem.message}`;
      throw new SyntaxError("The inline rubric is not JSON.");
    }
  }

  function set(rubric) {
    if (typeof rubric === "object" && rubric !== null) {
      editor.value = JSON.stringify(rubric, null, 2);
      select.value = INLINE;
    } else if (named[rubric]) {
      select.value = rubric;
    }
    show();
  }

  select.addEventListener("change", show);
  editor.addEventListener("input", () => { error.textContent = ""; });
  return { node, fill, value, set };
}

const SIGNS = { sum: " + ", product: " × ", mean: ", ", min: ", " };

/** A rubric in a line: `accuracy + 0.5 × format`. */
function formula(rubric) {
  if (!rubric) return "";
  const parts = rubric.components.map((component) => {
    const name = component.name ?? component.verifier;
    const gate = component.gate ? " (gate)" : "";
    if (component.weight === 0) return `${name} (reported only)${gate}`;
    return `${component.weight === 1 ? "" : `${number(component.weight)} × `}${name}${gate}`;
  });
  const joined = parts.join(SIGNS[rubric.combine] ?? ", ");
  return rubric.combine === "mean" || rubric.combine === "min" ? `${rubric.combine} of ${joined}` : joined;
}

/** A rubric to start an inline one from: without what is as by default. */
function shortened(rubric) {
  const components = (rubric?.components ?? [{ verifier: "math" }]).map((component) => {
    const kept = { verifier: component.verifier };
    if (component.name) kept.name = component.name;
    kept.weight = component.weight ?? 1;
    if (component.gate) kept.gate = true;
    if (Object.keys(component.options ?? {}).length) kept.options = component.options;
    return kept;
  });
  return { components, combine: rubric?.combine ?? "sum" };
}
