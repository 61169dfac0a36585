// The thread beside the conversation.

import { composer } from "./composer.js";
import { fill, h, icon } from "./dom.js";
import { lasting, repliesTo, rows } from "./message.js";
import { reconcile } from "./reconcile.js";
import { context, messagesOf, openThread, placeOf, says, store } from "./store.js";

const root = document.getElementById("thread");
const where = h("small", {});
const close = h("button", { type: "button", class: "close", "aria-label": "Close thread", data: { tool: "close-thread" }, onclick: () => openThread(undefined) }, icon("close"));
const list = h("div", { class: "rows" });
const log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": "Replies", tabindex: "0" }, list);
const writing = composer({
  id: "reply", offers: false,
  name: () => "Reply…",
  send: (text) => says({ channel: store.thread.channel, thread_ts: store.thread.ts, text }),
});
fill(root, h("header", { class: "head" }, h("h2", {}, "Thread", where), close), log, writing.root);
root.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) openThread(undefined);
});

let shown;

/** Shows the open thread, if there is one. */
export function thread() {
  const open = store.thread;
  const before = shown;
  shown = open && `${open.channel} ${open.ts}`;
  root.hidden = !open;
  if (!open) {
    list.replaceChildren();
    return;
  }
  const place = placeOf(open.channel);
  const all = messagesOf(place);
  const parent = all.find((m) => m.ts === open.ts);
  const replies = repliesTo(all, { ts: open.ts });
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  where.textContent = place === "dm" ? store.state.app.name : `#${context().channel(place)?.name}`;
  const n = lasting(replies).length;
  const count = n === 0 ? "No replies yet" : `${n} ${n === 1 ? "reply" : "replies"}`;
  const line = { key: "count", signature: count, build: () => h("div", { class: "count", role: "separator" }, h("span", {}, count)) };
  const top = parent ? rows([parent], all, "thread") : [];
  reconcile(list, [...top, line, ...rows(replies, all, "thread")]);
  writing.show(shown);
  if (before !== shown) writing.focus();
  if (before !== shown || atEnd) log.scrollTop = log.scrollHeight;
}
