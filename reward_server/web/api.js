// Asks the server, with the key of this tab; every failure becomes a Fault that says what to do.

const KEY = "reward-key";

export class Fault extends Error {
  /** kind: `key`, `away`, `busy` or `refused`. */
  constructor(kind, message, { field = null, retryAfter = 1 } = {}) {
    super(message);
    this.kind = kind;
    this.field = field;
    this.retryAfter = retryAfter;
  }
}

export const key = () => sessionStorage.getItem(KEY) ?? "";

export function setKey(value) {
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
}

/** The JSON answer of GET `path`, or of POST where there is a body. */
export async function ask(path, { body, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (key()) headers.Authorization = `Bearer ${key()}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const request = { method: body === undefined ? "GET" : "POST", headers, signal, cache: "no-store" };
  if (body !== undefined) request.body = JSON.stringify(body);
  const response = await send(path, request);
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  throw refusal(response, answer?.error ?? {});
}

async function send(path, request) {
  try {
    return await fetch(path, request);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    if (/header|ByteString|ISO-8859/i.test(error.message)) {
      throw new Fault("key", "An API key is made of letters and digits: this one can't be sent.");
    }
    throw new Fault("away", "The server can't be reached. It may be stopped or starting again.");
  }
}

function refusal(response, { message, field }) {
  const retryAfter = Number(response.headers.get("Retry-After")) || 1;
  if (response.status === 401) {
    return new Fault("key", key() ? "The server does not know this API key." : "This server wants an API key.");
  }
  if (response.status === 502 || response.status === 504) {
    return new Fault("away", "The server behind this address does not answer.");
  }
  const kind = response.status === 503 || response.status === 429 ? "busy" : "refused";
  return new Fault(kind, message ?? `The server answered ${response.status}.`, { field, retryAfter });
}
