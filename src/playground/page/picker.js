// The field that all of Slack's selects are: typed into, a list under it, one choice or several.

import { freshId, h, icon } from "./dom.js";
import { plain } from "./mrkdwn.js";
import * as popup from "./popup.js";

/** How long a person may pause in typing before the app is asked for suggestions, milliseconds. */
const PAUSE = 250;

/**
 * Makes one. `options.load(typed)` gives the groups `[{label?, options: [{value, label, hint?}]}]`,
 * perhaps later; `options.pick(choice)` is told the choice (an option, a list, or `undefined`).
 * `several` allows many, `remote` waits while typing, `most` bounds how many.
 */
export function picker(options) {
  const { placeholder, several, remote, most, load, pick, props, label, describedby } = options;
  let selected = several ? [...(options.selected ?? [])] : options.selected;
  let shown, choices = [], active = -1, asked = 0, timer, typing = false;
  const list = freshId("list");

  const input = h("input", {
    type: "text", class: "picker-input", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list, "aria-label": label,
    "aria-describedby": describedby, id: options.id, "aria-labelledby": options.labelledby,
    onclick: () => open(), oninput: typed, onkeydown: keys, onblur: left,
  });
  const chips = h("span", { class: "chips" });
  const clear = h("button", { type: "button", class: "clear", "aria-label": "Clear", tabindex: "-1", onclick: () => choose(undefined) }, icon("close"));
  const box = h("span", { class: "picker-box", onmousedown: (e) => e.target === input || (e.target.closest("button") ?? (e.preventDefault(), input.focus(), open())) },
    chips, input, options.optional && !several ? clear : undefined, h("span", { class: "spinner", "aria-hidden": "true" }), icon("down"));
  const root = h("span", { class: "picker anchor", ...props }, box);
  show();
  return root;

  function show() {
    if (several) {
      chips.replaceChildren(...selected.map((one) => h("span", { class: "chip", data: { value: one.value } }, plain(one.label ?? one.value),
        h("button", { type: "button", "aria-label": `Remove ${one.label ?? one.value}`, onclick: () => remove(one) }, icon("close")))));
    }
    typing = false;
    input.value = several ? "" : (selected?.label ?? selected?.value ?? "");
    input.placeholder = several && selected.length > 0 ? "" : placeholder;
    root.classList.toggle("chosen", several ? selected.length > 0 : Boolean(selected));
  }

  function typed() {
    typing = true;
    open();
    clearTimeout(timer);
    timer = setTimeout(offer, remote ? PAUSE : 0);
  }

  function open() {
    if (shown) return;
    const popupList = h("div", { class: "popup", role: "listbox", id: list, "aria-multiselectable": several ? "true" : undefined });
    popupList.addEventListener("mousedown", (event) => event.preventDefault());
    shown = { list: popupList, ...popup.show(popupList, box, closed) };
    input.setAttribute("aria-expanded", "true");
    input.select();
    offer();
  }

  function closed() {
    shown = undefined;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  async function offer() {
    if (!shown) return;
    const mine = (asked += 1);
    const wanted = typing ? input.value.trim() : "";
    const waiting = load(wanted);
    if (waiting instanceof Promise) say("Loading…");
    let groups;
    try {
      groups = await waiting;
    } catch (error) {
      if (mine === asked && shown) say(error.message, "trouble");
      return;
    }
    if (mine === asked && shown) rowsOf(groups);
  }

  function say(text, kind = "") {
    choices = [];
    shown.list.replaceChildren(h("div", { class: `note ${kind}`, role: "presentation" }, text));
    shown.place();
  }

  function rowsOf(groups) {
    choices = [];
    const isChosen = (option) => (several ? selected.some((s) => s.value === option.value) : selected?.value === option.value);
    const rows = groups.flatMap((group) => [
      group.label && h("div", { class: "group", role: "presentation" }, plain(group.label)),
      ...group.options.map((option) => {
        const at = choices.push(option) - 1;
        return h("div", {
          class: "option", role: "option", id: `${list}-${at}`, "aria-selected": String(isChosen(option)),
          data: { value: option.value }, onclick: () => choose(option), onmousemove: () => mark(at),
        }, h("span", {}, plain(option.label), option.hint && h("small", {}, plain(option.hint))), isChosen(option) ? icon("check") : undefined);
      }),
    ]).filter(Boolean);
    if (choices.length === 0) return say(options.nothing ?? "No items");
    shown.list.replaceChildren(...rows);
    shown.place();
    const first = several ? -1 : choices.findIndex((c) => c.value === selected?.value);
    mark(Math.max(0, first));
  }

  function mark(at) {
    active = at;
    shown.list.querySelectorAll(".option").forEach((row, n) => row.classList.toggle("active", n === at));
    const row = shown.list.querySelector(".option.active");
    row?.scrollIntoView({ block: "nearest" });
    if (row) input.setAttribute("aria-activedescendant", row.id);
  }

  function choose(option) {
    if (several) {
      const there = selected.some((one) => one.value === option.value);
      if (there) return remove(option);
      if (most && selected.length >= most) return say(`You can select up to ${most}.`);
      selected = [...selected, option];
    } else {
      selected = option;
    }
    shown?.hide();
    show();
    input.focus();
    pick(selected);
  }

  function remove(option) {
    selected = selected.filter((one) => one.value !== option.value);
    shown?.hide();
    show();
    input.focus();
    pick(selected);
  }

  function left() {
    // A list that the person left by the keyboard or by clicking elsewhere leaves the choice as it was.
    shown?.hide();
    show();
  }

  function keys(event) {
    if (event.key === "Backspace" && several && input.value === "" && selected.length > 0) return remove(selected.at(-1));
    if (!shown) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        open();
      } else if (event.key === "Enter") event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && choices.length > 0) mark((active + step + choices.length) % choices.length);
    else if (event.key === "Enter" && choices[active]) choose(choices[active]);
    else if (event.key === "Escape") {
      shown.hide();
      show();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Options whose label or hint holds what was typed. */
export function matching(groups, typed) {
  const wanted = typed.toLowerCase();
  const fits = (o) => !wanted || `${o.label} ${o.hint ?? ""}`.toLowerCase().includes(wanted);
  return groups.map((g) => ({ ...g, options: g.options.filter(fits) })).filter((g) => g.options.length > 0);
}
