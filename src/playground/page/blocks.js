// Slack's blocks.

import { button, overflow } from "./buttons.js";
import { freshId, h, icon, safeUrl } from "./dom.js";
import { field } from "./fields.js";
import { mrkdwn, plain, textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

/**
 * The nodes of blocks. `env` is `{at, values, errors?, context}`: where they stand, what is chosen in
 * their fields, and what the rendering of texts needs.
 */
export function blocks(list, env) {
  return (list ?? []).map((block) => {
    const make = BLOCKS[block.type];
    const node = make ? make(block, env) : h("div", { class: "unknown" }, `This kind of content (${block.type}) cannot be shown here.`);
    node.classList.add("block");
    if (block.block_id) node.dataset.blockId = block.block_id;
    return node;
  });
}

/** Puts errors under the fields of a form, and takes away those that are over. */
export function showErrors(root, errors) {
  for (const slot of root.querySelectorAll("[data-error-slot]")) {
    const message = errors?.[slot.dataset.errorSlot];
    const block = slot.closest(".block");
    block.classList.toggle("wrong", Boolean(message));
    for (const input of block.querySelectorAll(".field, .picker-input")) {
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    if ((slot.firstChild?.dataset.text ?? "") === (message ?? "")) continue;
    slot.replaceChildren(...(message
      ? [h("div", { class: "error", data: { errorFor: slot.dataset.errorSlot, text: message } }, icon("warning"), h("span", {}, plain(message)))]
      : []));
  }
}

const BLOCKS = {
  header: (block) => h("h3", { class: "header" }, plain(block.text.text)),
  divider: () => h("hr", {}),
  section(block, env) {
    const side = block.accessory && element(env, block, block.accessory);
    return h("div", { class: "section" },
      h("div", { class: "body" },
        block.text && h("div", { class: "text" }, textObject(block.text, env.context)),
        block.fields && h("div", { class: "fields" }, block.fields.map((f) => h("div", { class: "text" }, textObject(f, env.context))))),
      side && h("div", { class: "accessory" }, side));
  },
  actions: (block, env) => h("div", { class: "actions" }, block.elements.map((e) => element(env, block, e))),
  context: (block, env) => h("div", { class: "context" }, block.elements.map((e) =>
    e.type === "image" ? image(e, "tiny") : h("span", { class: "text" }, textObject(e, env.context)))),
  image: (block, env) => h("figure", { class: "picture" },
    block.title && h("figcaption", {}, textObject(block.title, env.context)), image(block, "")),
  rich_text: (block, env) => h("div", { class: "text" }, richText(block, env.context)),
  markdown: (block, env) => h("div", { class: "text" }, mrkdwn(block.text, env.context)),
  input,
};

function element(env, block, one) {
  if (one.type === "button") return button(env, block, one);
  if (one.type === "overflow") return overflow(env, block, one);
  if (one.type === "image") return image(one, "side");
  return field(env, block, one) ?? h("span", { class: "unknown" }, `A ${one.type} cannot be shown here.`);
}

function input(block, env) {
  const [id, label, hint, error] = ["field", "label", "hint", "error"].map(freshId);
  const grouped = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const about = {
    id, labelledby: label, required: !block.optional,
    describedby: [block.hint && hint, error].filter(Boolean).join(" "),
  };
  const name = [plain(block.label.text), block.optional && h("span", { class: "optional" }, " (optional)")];
  return h("div", { class: "input" },
    grouped ? h("div", { class: "name", id: label }, name) : h("label", { class: "name", id: label, for: id }, name),
    field(env, block, block.element, about) ?? h("span", { class: "unknown" }, `A ${block.element.type} cannot be shown here.`),
    h("div", { id: error, role: "alert", data: { errorSlot: block.block_id } }),
    block.hint && h("div", { class: "hint", id: hint }, plain(block.hint.text)));
}

function image(of, kind) {
  const src = safeUrl(of.image_url ?? of.slack_file?.url);
  return src ? h("img", { class: kind, src, alt: of.alt_text ?? "" }) : h("span", {}, of.alt_text ?? "");
}
