// JSONL to items, items to batches, two rubrics' answers to rows.

const BATCH_ITEMS = 64;
const BATCH_CHARACTERS = 1 << 21;
const KEYS = ["id", "group", "prompt", "completion", "reference", "completion_tokens"];

/** Items of a text of lines, and what is wrong with the lines that are none. */
export function readLines(text) {
  const items = [];
  const faults = [];
  text.split("\n").forEach((line, index) => {
    if (!line.trim()) return;
    try {
      items.push({ line: index + 1, size: line.length, item: itemOf(JSON.parse(line)) });
    } catch (error) {
      faults.push(`line ${index + 1}: ${error.message}`);
    }
  });
  return { items, faults };
}

/** The fields that are scored; a line's own rubric is left out, as two others are compared. */
function itemOf(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("not an object");
  if (!("completion" in value)) throw new Error("completion is missing");
  return Object.fromEntries(KEYS.filter((key) => key in value).map((key) => [key, value[key]]));
}

/** Batches of a few dozen items; the samples of one group stay together. */
export function batches(entries) {
  const units = new Map();
  entries.forEach((entry, index) => {
    const group = entry.item.group ?? null;
    const name = group === null ? `line ${index}` : `group ${typeof group} ${group}`;
    if (!units.has(name)) units.set(name, []);
    units.get(name).push(entry);
  });
  const made = [];
  let batch = [];
  let size = 0;
  for (const unit of units.values()) {
    const more = unit.reduce((sum, entry) => sum + entry.size, 0);
    if (batch.length && (batch.length + unit.length > BATCH_ITEMS || size + more > BATCH_CHARACTERS)) {
      made.push(batch);
      batch = [];
      size = 0;
    }
    batch.push(...unit);
    size += more;
  }
  if (batch.length) made.push(batch);
  return made;
}

const SAME = 1e-9;

/** One line under both rubrics. */
export function rowOf(entry, a, b) {
  const both = a.reward !== null && b.reward !== null;
  const difference = both ? b.reward - a.reward : null;
  const disagree = both ? Math.abs(difference) > SAME : a.status !== b.status;
  return { ...entry, a, b, difference, disagree };
}

/** Components that the two rubrics judge differently, or that only one has; paired by name, else by verifier. */
export function changed(a, b) {
  const lefts = Object.entries(a.scores);
  const rights = new Map(Object.entries(b.scores));
  const pairs = lefts.map(([name, left]) => {
    const other = rights.has(name) ? name : [...rights].find(([, right]) => right.verifier === left.verifier)?.[0];
    const right = rights.get(other);
    rights.delete(other);
    return { name: other && other !== name ? `${name} / ${other}` : name, left, right };
  });
  pairs.push(...[...rights].map(([name, right]) => ({ name, right })));
  return pairs.filter(({ left, right }) => !left || !right || left.score !== right.score || left.reason !== right.reason || left.weight !== right.weight);
}

export const FILTERS = {
  disagree: ["Disagreements", (row) => row.disagree],
  all: ["All lines", () => true],
  a: ["A higher", (row) => row.difference < -SAME],
  b: ["B higher", (row) => row.difference > SAME],
  none: ["No reward", (row) => row.a.reward === null || row.b.reward === null],
};

export function totals(rows) {
  const mean = (side) => {
    const rewards = rows.map((row) => row[side].reward).filter((reward) => reward !== null);
    return rewards.length ? rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length : null;
  };
  const counted = Object.fromEntries(Object.entries(FILTERS).map(([name, [, fits]]) => [name, rows.filter(fits).length]));
  return { ...counted, meanA: mean("a"), meanB: mean("b") };
}

/** Every row as JSONL: what was asked, both results. */
export function toJsonl(rows, rubrics) {
  return rows.map((row) => `${JSON.stringify({
    line: row.line,
    ...row.item,
    difference: row.difference,
    a: { rubric: rubrics.a, reward: row.a.reward, status: row.a.status, message: row.a.message, scores: row.a.scores },
    b: { rubric: rubrics.b, reward: row.b.reward, status: row.b.status, message: row.b.message, scores: row.b.scores },
  })}\n`).join("");
}
