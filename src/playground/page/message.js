// One message, as a row of the conversation or of a thread.

import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { h, icon, safeUrl } from "./dom.js";
import { EMOJI } from "./emoji.js";
import { mrkdwn, plain, spoken } from "./mrkdwn.js";
import { context, openThread, placeKey, store } from "./store.js";
import { millis } from "./time.js";

/** Messages of one person this close together stand under one name, milliseconds. */
const TOGETHER = 5 * 60_000;

/**
 * The rows for a list of messages, for `reconcile`; `where` is `channel` or `thread`, `all` are the
 * messages of the whole conversation, in which the replies are found.
 */
export function rows(messages, all, where) {
  return messages.map((message, at) => {
    const head = !joins(messages[at - 1], message, where);
    const replies = where === "channel" && !message.thread_ts ? lasting(repliesTo(all, message)) : [];
    const parent = where === "channel" && message.reply_broadcast ? all.find((m) => m.ts === message.thread_ts) : undefined;
    const { values, ...shown } = message;
    const failed = store.failed.get(placeKey(message));
    const today = context().time.dayNumber(Date.now() + (store.state.clock.ahead_ms ?? 0));
    const last = replies.at(-1)?.ts;
    const signature = JSON.stringify([shown, head, replies.length, last, parent?.text, failed, today, store.as, where]);
    return {
      key: message.ts, signature,
      build: () => row(message, { head, replies, parent, failed, where }),
    };
  });
}

/** The replies to a message, oldest first. */
export function repliesTo(all, message) {
  return all.filter((m) => m.thread_ts === message.ts && m.ts !== message.ts);
}

/** Without those that only one person sees: nobody counts them. */
export function lasting(messages) {
  return messages.filter((m) => !m.ephemeral);
}

function joins(before, message, where) {
  if (!before || before.user !== message.user || before.ephemeral || message.ephemeral) return false;
  if (where === "channel" && (before.reply_broadcast || message.reply_broadcast)) return false;
  const { dayNumber } = context().time;
  const [earlier, later] = [millis(before.ts), millis(message.ts)];
  return later - earlier < TOGETHER && dayNumber(earlier) === dayNumber(later);
}

function row(message, { head, replies, parent, failed, where }) {
  const known = context();
  const person = known.people.get(message.user);
  const name = person?.is_bot ? person.real_name : (person?.real_name ?? "Slackbot");
  const ms = millis(message.ts);
  const time = known.time.time(ms);
  const stamp = (kind) => h("time", { class: kind, datetime: new Date(ms).toISOString(), title: known.time.full(ms) }, time);
  const gutter = head ? avatar(person, "medium") : stamp("gutter-time");
  const canReply = !message.ephemeral && !message.thread_ts && where === "channel";
  const open = () => openThread({ channel: message.channel, ts: message.thread_ts ?? message.ts });
  return h("div", {
    class: `message${head ? " first" : ""}${message.ephemeral ? " ephemeral" : ""}`, role: "article", tabindex: "-1",
    "aria-label": `${name}, ${time}: ${spoken(message.text, known)}`, data: { ts: message.ts },
  },
    message.ephemeral && h("div", { class: "only-you" }, icon("eye"), "Only visible to you"),
    message.reply_broadcast && (where === "thread"
      ? h("div", { class: "also-sent" }, icon("reply"), "Also sent to the ", context().channel(message.channel) ? "channel" : "direct message")
      : h("div", { class: "also-sent" }, icon("reply"), "replied to a thread: ",
        h("button", { type: "button", class: "link", onclick: open }, parent ? excerpt(parent) : "an earlier message"))),
    h("div", { class: "gutter" }, gutter),
    h("div", { class: "content" },
      head && h("div", { class: "byline" },
        h("span", { class: "author" }, name),
        (person?.is_bot || !person) && h("span", { class: "badge" }, "APP"),
        stamp("at")),
      body(message, known),
      failed && h("div", { class: "failure", role: "alert" }, icon("warning"),
        h("span", {}, h("b", {}, `${store.state.app.name} isn't responding. `), h("small", {}, failed))),
      reactions(message),
      replies.length > 0 && summary(replies, open)),
    canReply && h("div", { class: "tools" },
      h("button", { type: "button", title: "Open thread", "aria-label": "Open thread", data: { tool: "thread" }, onclick: open }, icon("reply"))));
}

function body(message, known) {
  const env = { at: { channel: message.channel, ts: message.ts }, values: message.values, context: known };
  // Slack marks edited text; blocks, which apps keep up to date, it leaves unmarked.
  const edited = message.edited && h("span", { class: "edited", title: known.time.full(millis(message.edited.ts)) }, "(edited)");
  const said = message.blocks?.length > 0
    ? h("div", { class: "blocks" }, blocks(message.blocks, env))
    : h("div", { class: "text" }, message.mrkdwn === false ? plain(message.text) : mrkdwn(message.text, known), edited && " ", edited);
  return [said, (message.files ?? []).map(file), (message.attachments ?? []).map((a) => attachment(a, env, known))];
}

function file(of) {
  const url = safeUrl(of.url_private);
  if (!url || !of.mimetype.startsWith("image/")) return h("div", { class: "file" }, url ? h("a", { href: url, download: of.name }, of.title) : of.title);
  return h("figure", { class: "picture", data: { file: of.id } },
    h("figcaption", {}, of.title), h("a", { href: url, target: "_blank", rel: "noopener" }, h("img", { src: url, alt: of.alt_txt ?? of.title })));
}

function attachment(of, env, known) {
  const bar = h("span", { class: "colour" });
  if (/^#[0-9a-f]{6}$/i.test(of.color ?? "")) bar.style.background = of.color;
  const texts = [of.pretext, of.title && `*${of.title}*`, of.text].filter(Boolean).join("\n");
  return h("div", { class: "attachment" }, bar,
    h("div", {}, texts && h("div", { class: "text" }, mrkdwn(texts, known)), h("div", { class: "blocks" }, blocks(of.blocks, env))));
}

function reactions(message) {
  if (!message.reactions?.length) return undefined;
  return h("div", { class: "reactions" }, message.reactions.map((r) =>
    h("span", { class: "reaction", title: r.name }, EMOJI[r.name] ?? `:${r.name}:`, h("b", {}, r.count))));
}

function summary(replies, open) {
  const known = context();
  const who = [...new Set(replies.map((m) => m.user))].slice(0, 3);
  const count = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
  return h("button", { type: "button", class: "replies", onclick: open, data: { tool: "replies" } },
    who.map((id) => avatar(known.people.get(id), "small")),
    h("span", { class: "count" }, count),
    h("span", { class: "last" }, `Last reply ${known.time.when(millis(replies.at(-1).ts))}`),
    h("span", { class: "view" }, "View thread"));
}

function excerpt(message) {
  const text = spoken(message.text, context()).replace(/\s+/g, " ");
  return text.length > 60 ? `${text.slice(0, 58)}…` : text || "a message";
}
