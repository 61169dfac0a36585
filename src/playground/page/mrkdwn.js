// Slack's mrkdwn as DOM nodes. Texts arrive with `&`, `<`, `>` as entities; what stands in real angle
// brackets is a link, a mention or a date.

import { h, safeUrl } from "./dom.js";
import { EMOJI } from "./emoji.js";

/** The nodes of a mrkdwn text. `context` knows people, channels and the reader's time. */
export function mrkdwn(text, context) {
  return blocksOf(String(text ?? ""), context);
}

/** The nodes of a plain text: emoji and line breaks, nothing else. */
export function plain(text) {
  return lines(String(text ?? "")).map((line) => emojis(line));
}

/** A text object of Slack's, of either kind. */
export function textObject(object, context) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, context) : plain(object.text);
}

/** What a text says without its marks, for labels and notifications. */
export function spoken(text, context) {
  return h("span", {}, mrkdwn(text, context)).textContent;
}

function blocksOf(text, context) {
  const nodes = [];
  // Odd pieces stood between a pair of fences; a fence without its partner is text.
  const pieces = text.split("```");
  if (pieces.length % 2 === 0) pieces.push("```" + pieces.pop());
  if (pieces.length % 2 === 0) pieces.splice(-2, 2, pieces.at(-2) + pieces.at(-1));
  pieces.forEach((piece, at) => {
    if (at % 2 === 1) nodes.push(h("pre", {}, literal(piece.replace(/^\n|\n$/g, ""), context)));
    else if (piece) nodes.push(...paragraphs(trimAround(piece, at, pieces.length), context));
  });
  return nodes;
}

// The line breaks beside a fence belong to the fence.
function trimAround(piece, at, count) {
  let text = piece;
  if (at > 0) text = text.replace(/^\n/, "");
  if (at < count - 1) text = text.replace(/\n$/, "");
  return text;
}

// Apps write the sign as it is, people's own come escaped.
const QUOTE = /^(?:&gt;|>) ?/;

function paragraphs(text, context) {
  const nodes = [];
  const all = text.split("\n");
  let plainLines = [];
  const flush = () => {
    if (plainLines.length > 0) nodes.push(...joined(plainLines.map((line) => inline(line, context))));
    plainLines = [];
  };
  for (let at = 0; at < all.length; at += 1) {
    const rest = /^(?:&gt;|>){3} ?/.exec(all[at]);
    const item = /^(\s*)([•◦▪-]|\d{1,3}\.) +(.*)$/.exec(all[at]);
    if (rest) {
      flush();
      const quoted = [all[at].slice(rest[0].length), ...all.slice(at + 1)];
      nodes.push(h("blockquote", {}, joined(quoted.map((line) => inline(line, context)))));
      return nodes;
    }
    if (QUOTE.test(all[at])) {
      flush();
      const quoted = [];
      while (at < all.length && QUOTE.test(all[at])) {
        quoted.push(inline(all[at].replace(QUOTE, ""), context));
        at += 1;
      }
      at -= 1;
      nodes.push(h("blockquote", {}, joined(quoted)));
    } else if (item) {
      flush();
      const mark = item[2] === "-" ? "•" : item[2];
      const deep = item[1].length >= 2 ? "item deep" : "item";
      nodes.push(h("span", { class: deep }, h("span", { class: "mark" }, mark), h("span", {}, inline(item[3], context))));
    } else {
      plainLines.push(all[at]);
    }
  }
  flush();
  return nodes;
}

function joined(rows) {
  return rows.flatMap((row, at) => (at === 0 ? row : [h("br"), ...row]));
}

function lines(text) {
  return text.split("\n").flatMap((line, at) => (at === 0 ? [line] : [h("br"), line]));
}

// A mark opens after the beginning, a space or a punctuation mark and closes before one.
const MARKS = [
  ["`", (inside, context) => h("code", {}, literal(inside, context))],
  ["*", (inside, context) => h("b", {}, inline(inside, context))],
  ["_", (inside, context) => h("i", {}, inline(inside, context))],
  ["~", (inside, context) => h("s", {}, inline(inside, context))],
];

function inline(text, context) {
  const nodes = [];
  let from = 0;
  let at = 0;
  const emit = (node, end) => {
    if (from < at) nodes.push(emojis(decoded(text.slice(from, at))));
    nodes.push(node);
    from = end;
    at = end;
  };
  while (at < text.length) {
    const control = text[at] === "<" && /^<([^<>\n]+)>/.exec(text.slice(at));
    if (control) {
      emit(controlled(control[1], context, text.slice(0, at)), at + control[0].length);
      continue;
    }
    const bare = /^https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)'"*_~`]/.exec(text.slice(at));
    if (bare && !wordBefore(text, at)) {
      emit(link(decoded(bare[0]), [decoded(bare[0])]), at + bare[0].length);
      continue;
    }
    const mark = MARKS.find(([sign]) => sign === text[at]);
    const end = mark && !wordBefore(text, at) ? closing(text, at, mark[0]) : -1;
    if (end > 0) emit(mark[1](text.slice(at + 1, end), context), end + 1);
    else at += 1;
  }
  if (from < text.length) nodes.push(emojis(decoded(text.slice(from))));
  return nodes.flat(Infinity);
}

function wordBefore(text, at) {
  return at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1]);
}

function closing(text, open, sign) {
  if (/\s/.test(text[open + 1] ?? " ")) return -1;
  for (let end = text.indexOf(sign, open + 2); end > 0; end = text.indexOf(sign, end + 1)) {
    const after = text[end + 1] ?? " ";
    const inControl = text.lastIndexOf("<", end) > text.lastIndexOf(">", end) && sign !== "`";
    if (!/\s/.test(text[end - 1]) && !/[\p{L}\p{N}]/u.test(after) && !inControl) return end;
  }
  return -1;
}

/** What stands in angle brackets; `before` is the line up to there. */
function controlled(inside, context, before) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : inside.slice(bar + 1);
  if (target.startsWith("@")) {
    const name = context.personName(target.slice(1)) ?? label ?? target.slice(1);
    return h("span", { class: target.slice(1) === context.me?.id ? "mention me" : "mention" }, `@${name}`);
  }
  if (target.startsWith("#")) {
    const channel = context.channel(target.slice(1));
    const name = channel?.name ?? label ?? "private-channel";
    if (!channel) return h("span", { class: "mention" }, `#${name}`);
    return h("a", { class: "mention", href: `#${channel.id}` }, `#${name}`);
  }
  if (target.startsWith("!date^")) return stamped(target, label, context, before);
  if (target.startsWith("!subteam^")) {
    return h("span", { class: "mention" }, decoded(label ?? context.groupName?.(target.slice(9)) ?? "@group"));
  }
  if (target.startsWith("!")) return h("span", { class: "mention me" }, `@${label ?? target.slice(1)}`);
  const url = decoded(target);
  return link(url, label === undefined ? [url.replace(/^mailto:/, "")] : inlineLabel(label));
}

function inlineLabel(label) {
  return emojis(decoded(label));
}

function stamped(target, fallback, context, before) {
  const [, seconds, pattern, url] = target.split("^");
  const ms = Number(seconds) * 1000;
  if (!Number.isFinite(ms) || !pattern) return decoded(fallback ?? "");
  const stamp = context.time.stamp(ms, decoded(pattern));
  const told = before.trim() === "" ? stamp.charAt(0).toUpperCase() + stamp.slice(1) : stamp;
  const time = h("time", { datetime: new Date(ms).toISOString(), title: context.time.full(ms) }, told);
  return url ? link(decoded(url), [time]) : time;
}

function link(url, label) {
  const href = safeUrl(url);
  if (!href) return h("span", {}, label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label);
}

// Inside code only entities and the brackets of links are undone.
function literal(text) {
  return decoded(text.replace(/<([^<>|\n]+)(?:\|([^<>\n]*))?>/g, (_, target, label) => label ?? target));
}

function decoded(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

function emojis(text) {
  if (typeof text !== "string") return [text];
  return text.split(/(:[a-z0-9_+-]+:)/).map((piece) => {
    const sign = /^:[a-z0-9_+-]+:$/.test(piece) ? EMOJI[piece.slice(1, -1)] : undefined;
    return sign ? h("span", { class: "emoji", role: "img", "aria-label": piece.slice(1, -1).replaceAll("_", " ") }, sign) : piece;
  });
}
