// Rich text blocks: what Slack's own composer makes, and some apps send.

import { h, safeUrl } from "./dom.js";
import { EMOJI } from "./emoji.js";

/** The nodes of a `rich_text` block. */
export function richText(block, context) {
  return (block.elements ?? []).map((part) => {
    if (part.type === "rich_text_list") {
      const items = part.elements.map((item) => h("li", {}, pieces(item, context)));
      return h(part.style === "ordered" ? "ol" : "ul", {}, items);
    }
    const name = { rich_text_quote: "blockquote", rich_text_preformatted: "pre" }[part.type] ?? "div";
    return h(name, {}, pieces(part, context));
  });
}

function pieces(part, context) {
  return (part.elements ?? []).map((piece) => styled(piece, bare(piece, context)));
}

function bare(piece, context) {
  switch (piece.type) {
    case "text": return piece.text;
    case "emoji": return EMOJI[piece.name] ?? `:${piece.name}:`;
    case "user": return h("span", { class: "mention" }, `@${context.personName(piece.user_id) ?? piece.user_id}`);
    case "channel": return h("a", { class: "mention", href: `#${piece.channel_id}` }, `#${context.channel(piece.channel_id)?.name ?? "private-channel"}`);
    case "broadcast": return h("span", { class: "mention me" }, `@${piece.range}`);
    case "date": return context.time.stamp(piece.timestamp * 1000, piece.format ?? "{date}");
    case "link": {
      const href = safeUrl(piece.url);
      return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, piece.text ?? piece.url) : (piece.text ?? piece.url);
    }
    default: return piece.text ?? "";
  }
}

function styled(piece, node) {
  const marks = [["code", "code"], ["bold", "b"], ["italic", "i"], ["strike", "s"]];
  return marks.reduce((inner, [style, name]) => (piece.style?.[style] ? h(name, {}, inner) : inner), node);
}
