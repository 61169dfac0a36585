// Talking to the workspace. The acts are those that a person can do in Slack.

const BASE = "playground/api";

/** An act came to nothing; the message is what Slack would show, when it was Slack that `refused`. */
export class ActFailed extends Error {
  refused = false;
}

/** Everything that this person sees now. */
export async function state(as) {
  const response = await fetch(`${BASE}/state?as=${encodeURIComponent(as)}`, { cache: "no-store" });
  if (!response.ok) throw new ActFailed(await response.text());
  return response.json();
}

/**
 * Calls `changed(revision)` after every change, and `connected(yes)` as the stream comes and goes.
 * Gives a function that ends it.
 */
export function listen(as, changed, connected) {
  let source;
  let retry;
  const open = () => {
    source = new EventSource(`${BASE}/stream?as=${encodeURIComponent(as)}`);
    source.addEventListener("open", () => connected(true));
    source.addEventListener("changed", (event) => changed(JSON.parse(event.data).revision));
    source.addEventListener("error", () => {
      connected(false);
      // The browser reconnects by itself unless it was refused.
      if (source.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(open, 1500);
    });
  };
  open();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}

/** Does something as this person; throws [`ActFailed`] with what Slack would show. */
export async function act(what, body) {
  let response;
  try {
    response = await fetch(`${BASE}/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new ActFailed("The playground cannot be reached: is it still running?");
  }
  const text = await response.text();
  if (!response.ok) throw new ActFailed(text || `The playground answered with status ${response.status}.`);
  const answer = JSON.parse(text);
  if (!answer.ok) throw Object.assign(new ActFailed(answer.error), { refused: true });
  return answer;
}
