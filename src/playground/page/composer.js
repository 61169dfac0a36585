// Where a person writes, with the list of commands that a slash brings.

import { avatar } from "./avatar.js";
import { h, icon } from "./dom.js";
import * as popup from "./popup.js";
import { context, store } from "./store.js";

/**
 * Makes a composer. `about` is `{id, offers, name(), send(text)}`: whether it offers commands, what it
 * is for in words, and what sends. `show(place)` says where it is now, `put(text)` fills it in.
 */
export function composer(about) {
  const drafts = new Map();
  let place;
  let shown;
  let active = 0;
  const input = h("textarea", {
    id: about.id, class: "writing", rows: 1, "aria-label": "Message", role: about.offers && "combobox",
    "aria-autocomplete": about.offers && "list", "aria-expanded": about.offers && "false",
    "aria-controls": about.offers && "commands", autocomplete: "off", oninput: typed, onkeydown: keys,
    onblur: () => shown?.hide(),
  });
  const send = h("button", { type: "button", class: "send", "aria-label": "Send now", title: "Send now", data: { tool: "send" }, onclick: sent, disabled: true }, icon("send"));
  const slash = about.offers && h("button", { type: "button", class: "slash", "aria-label": "Show the commands", title: "Show the commands", onclick: () => put("/") }, icon("slash"));
  const box = h("div", { class: "box" }, input, h("div", { class: "row" }, slash || undefined, h("span", { class: "hint", "aria-hidden": "true" },
    h("kbd", {}, "Enter"), " sends, ", h("kbd", {}, "Shift"), " + ", h("kbd", {}, "Enter"), " starts a new line"), send));
  const root = h("div", { class: "composer" }, box);
  return { root, show, put, focus: () => input.focus() };

  function show(to) {
    const draftOf = `${store.as} ${to}`;
    if (place === draftOf) return;
    if (place) drafts.set(place, input.value);
    place = draftOf;
    input.placeholder = about.name();
    input.setAttribute("aria-label", about.name());
    input.value = drafts.get(draftOf) ?? "";
    shown?.hide();
    fitted();
  }

  function put(text) {
    input.value = text;
    input.focus();
    typed();
  }

  function typed() {
    fitted();
    if (!about.offers || !/^\/\S*$/.test(input.value)) return shown?.hide();
    offer(store.state.commands.filter((command) => command.startsWith(input.value)));
  }

  function fitted() {
    send.disabled = input.value.trim() === "";
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 200)}px`;
  }

  function offer(commands) {
    if (commands.length === 0) return shown?.hide();
    const bot = context().people.get(store.state.app.user);
    active = Math.min(active, commands.length - 1);
    const list = shown?.list ?? h("div", { class: "popup commands", role: "listbox", id: "commands", "aria-label": "Commands", onmousedown: (e) => e.preventDefault() });
    list.replaceChildren(h("div", { class: "group", role: "presentation" }, store.state.app.name), ...commands.map((command, at) =>
      h("div", { class: `option${at === active ? " active" : ""}`, role: "option", id: `command-${at}`, "aria-selected": String(at === active), data: { command }, onclick: () => take(command) },
        avatar(bot, "small"), h("span", {}, h("b", {}, command), h("small", {}, `${command} help says what it can do`)))));
    if (!shown) {
      input.setAttribute("aria-expanded", "true");
      shown = { list, ...popup.show(list, box, () => {
        shown = undefined;
        active = 0;
        input.setAttribute("aria-expanded", "false");
        input.removeAttribute("aria-activedescendant");
      }) };
    }
    shown.place();
    input.setAttribute("aria-activedescendant", `command-${active}`);
  }

  function take(command) {
    shown?.hide();
    put(`${command} `);
  }

  function keys(event) {
    if (event.isComposing) return;
    const offered = shown ? [...shown.list.querySelectorAll(".option")] : [];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (shown && step) {
      active = (active + step + offered.length) % offered.length;
      typed();
    } else if (shown && event.key === "Tab") {
      take(offered[active].dataset.command);
    } else if (shown && event.key === "Escape") {
      shown.hide();
    } else if (shown && event.key === "Enter" && offered[active].dataset.command !== input.value) {
      take(offered[active].dataset.command);
    } else if (event.key === "Enter" && !event.shiftKey) {
      sent();
    } else return;
    event.preventDefault();
  }

  function sent() {
    const text = input.value.trim();
    if (!text) return;
    shown?.hide();
    input.value = "";
    fitted();
    input.focus();
    about.send(text);
  }
}
