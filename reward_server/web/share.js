// A sample as a link, as a curl command, as Python. A link holds it in its fragment, which browsers
// never send; the API key is in none of them.

const PARAMETER = "sample=";

/** `#playground?sample=…` */
export async function toFragment(sample) {
  const stream = new Blob([JSON.stringify(sample)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return `#playground?${PARAMETER}${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** The sample of a fragment; null where it has none or can't be read. */
export async function fromFragment(fragment) {
  const text = fragment.split(`?${PARAMETER}`)[1];
  if (!text) return null;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const sample = JSON.parse(await new Response(stream).text());
    return typeof sample?.completion === "string" ? sample : null;
  } catch {
    return null;
  }
}

/** The request as a command for a POSIX shell. */
export function toCurl(origin, body, wantsKey) {
  const quoted = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  const key = wantsKey ? `  -H "Authorization: Bearer $REWARD_KEY" \\\n` : "";
  return `curl -s ${origin}/v1/score \\\n  -H 'Content-Type: application/json' \\\n${key}  -d '${quoted}'`;
}

/** The request in Python, with the project's client, which finds the key in `REWARD_KEY`. */
export function toPython(origin, { items, rubric }) {
  return [
    "from reward_client import RewardClient",
    "",
    `items = ${literal(items)}`,
    `with RewardClient(${literal(origin)}) as client:`,
    `    result = client.score(items, rubric=${literal(rubric, "    ")})[0]`,
    "print(result.reward, result.status)",
    "",
  ].join("\n");
}

/** A JSON value as Python writes it: JSON's strings and numbers are Python's too. */
function literal(value, indent = "") {
  const deeper = `${indent}    `;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const list = Array.isArray(value);
  const rows = list ? value.map((item) => literal(item, deeper)) : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${literal(item, deeper)}`);
  if (!rows.length) return list ? "[]" : "{}";
  const [open, close] = list ? "[]" : "{}";
  return `${open}\n${rows.map((row) => `${deeper}${row},\n`).join("")}${indent}${close}`;
}
