// Buttons and overflow menus.

import { press } from "./acting.js";
import { confirmed } from "./confirm.js";
import { h, icon, safeUrl } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";
import * as popup from "./popup.js";
import { spotKey } from "./store.js";

/** A button; one with an address opens it in a new tab and still tells the app. */
export function button(env, block, element) {
  const style = ["primary", "danger"].includes(element.style) ? element.style : "";
  const data = {
    action: element.action_id, block: block.block_id, value: element.value,
    spot: spotKey(env.at, block.block_id, element.action_id),
  };
  const label = [h("span", { class: "label" }, textObject(element.text, env.context)), h("span", { class: "spinner", "aria-hidden": "true" })];
  const spokenLabel = element.accessibility_label;
  const url = element.url && safeUrl(element.url);
  if (!url) {
    const pressed = () => press(env, block, element);
    return h("button", { type: "button", class: `btn ${style}`, data, "aria-label": spokenLabel, onclick: pressed }, label);
  }
  const followed = async (event) => {
    if (!element.confirm) {
      press(env, block, element);
      return;
    }
    event.preventDefault();
    if (!(await confirmed(element.confirm))) return;
    window.open(url, "_blank", "noopener,noreferrer");
    press(env, block, { ...element, confirm: undefined });
  };
  return h("a", {
    class: `btn ${style}`, role: "button", href: url, target: "_blank", rel: "noopener noreferrer", data,
    "aria-label": spokenLabel, onclick: followed,
  }, label);
}

/** The three dots with a menu behind. */
export function overflow(env, block, element) {
  const opener = h("button", {
    type: "button", class: "btn dots", "aria-label": "More actions", "aria-haspopup": "menu", "aria-expanded": "false",
    data: { action: element.action_id, block: block.block_id, spot: spotKey(env.at, block.block_id, element.action_id) },
    onclick: () => toggle(),
  }, icon("more"), h("span", { class: "spinner", "aria-hidden": "true" }));
  let shown;
  const choose = (option) => {
    shown.hide();
    opener.focus();
    press(env, block, element, { option: option.value });
  };
  const item = (option) => {
    const url = option.url && safeUrl(option.url);
    const props = { class: "option", role: "menuitem", tabindex: "-1", data: { value: option.value }, onclick: () => choose(option) };
    const text = [plain(option.text.text), option.description && h("small", {}, plain(option.description.text))];
    return url
      ? h("a", { ...props, href: url, target: "_blank", rel: "noopener noreferrer" }, text)
      : h("button", { type: "button", ...props }, text);
  };
  function toggle() {
    if (shown) return shown.hide();
    const menu = h("div", { class: "popup menu", role: "menu", onkeydown: keys }, element.options.map(item));
    opener.setAttribute("aria-expanded", "true");
    shown = popup.show(menu, opener, () => {
      shown = undefined;
      opener.setAttribute("aria-expanded", "false");
    });
    menu.firstElementChild.focus();
  }
  function keys(event) {
    const items = [...event.currentTarget.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items.at(to % items.length).focus();
    else if (event.key === "Escape" || event.key === "Tab") {
      shown.hide();
      opener.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
  return h("span", { class: "anchor" }, opener);
}
