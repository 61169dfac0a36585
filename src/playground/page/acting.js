// Pressing and choosing: the confirm dialog first, then the app, with a spinner until it has answered.

import { confirmed } from "./confirm.js";
import { enter, flush } from "./forms.js";
import { act, changed, placeKey, spotKey, store } from "./store.js";

/** Presses a button, or chooses (`input`) in an element that tells the app; `true` when it was taken. */
export async function press(env, block, element, input) {
  if (element.confirm && !(await confirmed(element.confirm))) return false;
  const key = spotKey(env.at, block.block_id, element.action_id);
  if (store.busy.has(key)) return false;
  store.busy.add(key);
  store.failed.delete(placeKey(env.at));
  changed();
  try {
    if (env.at.view) await flush(env.at);
    await act("press", { at: env.at, block_id: block.block_id, action_id: element.action_id, input });
    return true;
  } catch (error) {
    store.failed.set(placeKey(env.at), error.message);
    return false;
  } finally {
    store.busy.delete(key);
    changed();
  }
}

/** A field has a new value: a form keeps it, elsewhere the app is told. */
export async function chosen(env, block, element, value) {
  const input = enter(env, block, element, value);
  const silent = block.type === "input" && !block.dispatch_action;
  if (!silent) return press(env, block, element, input);
  // The submission brings every value again; this only lets the app see it in presses before that.
  return flush(env.at).then(() => true, () => false);
}

/** Shows on every element whether its press is under way. */
export function showBusy() {
  for (const element of document.querySelectorAll("[data-spot]")) {
    const busy = store.busy.has(element.dataset.spot);
    element.toggleAttribute("data-busy", busy);
    if (busy) element.setAttribute("aria-busy", "true");
    else element.removeAttribute("aria-busy");
  }
}
