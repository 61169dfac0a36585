// The stack of modals: the top one is shown, in one dialog that stays while the stack changes.

import { avatar } from "./avatar.js";
import { blocks, showErrors } from "./blocks.js";
import { fill, h, icon } from "./dom.js";
import * as forms from "./forms.js";
import { plain } from "./mrkdwn.js";
import { keepingFocus } from "./reconcile.js";
import { act, context, store } from "./store.js";

const FOCUSABLE = ".field, .picker-input, .choices input, .blocks .btn";

let dialog;
let shown = {};
let before;
/** The view that is being submitted or closed, until the workspace says what became of it. */
let under;

/** Shows the top of the stack, or closes the dialog when the stack is empty. */
export function modal() {
  const stack = store.state.views;
  const view = stack.at(-1);
  forms.forgetAllBut([...stack.map((v) => v.id), store.state.home?.id]);
  if (!view) return end();
  if (!dialog) begin();
  const fresh = shown.id !== view.id;
  const signature = `${view.id} ${view.hash} ${stack.length}`;
  if (shown.signature !== signature) {
    shown = { id: view.id, signature };
    const draw = () => fill(dialog, drawn(view, stack.length));
    if (fresh) draw();
    else keepingFocus(dialog, draw);
    if (fresh || !dialog.contains(document.activeElement)) focusFirst();
    dialog.dataset.view = view.id;
    dialog.dataset.callback = view.callback_id;
  }
  showErrors(dialog, view.errors);
  trouble(view);
  showUnder(view);
}

function begin() {
  before = document.activeElement;
  dialog = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title" });
  dialog.addEventListener("cancel", (event) => {
    // Esc closes one view; the dialog itself goes when the workspace says that the stack is empty.
    event.preventDefault();
    if (event.target === dialog) close("one");
  });
  dialog.addEventListener("keydown", (event) => {
    const plainField = event.target.matches("input.field");
    if (event.key === "Enter" && plainField && !event.defaultPrevented && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  const mine = dialog;
  dialog.addEventListener("close", () => {
    // A browser closes a dialog at the second Esc in a row, whatever the page says.
    if (mine !== dialog) return;
    mine.showModal();
    close("one");
  });
  document.body.append(dialog);
  dialog.showModal();
}

function end() {
  if (!dialog) return;
  const gone = dialog;
  dialog = undefined;
  // Not closed before: that puts the focus back while the page is still inert, and Chromium then shows
  // the focus in a field that takes no text.
  gone.remove();
  shown = {};
  under = undefined;
  const target = before?.isConnected && before !== document.body ? before : document.getElementById("composer");
  target.focus({ preventScroll: true });
}

function drawn(view, depth) {
  const env = { at: { view: view.id }, values: view.state?.values, context: context() };
  forms.keepOnly(env.at, new Set(view.blocks.flatMap((b) => [b.element, b.accessory, ...(b.elements ?? [])]
    .filter(Boolean).map((e) => forms.spot(b, e)))));
  const bot = context().people.get(store.state.app.user);
  return [
    h("header", {},
      depth > 1
        ? h("button", { type: "button", class: "back", "aria-label": "Back", data: { modal: "back" }, onclick: () => close("one") }, icon("back"))
        : avatar(bot, "small"),
      h("h2", { id: "modal-title" }, plain(view.title?.text)),
      h("button", { type: "button", class: "x", "aria-label": "Close", data: { modal: "x" }, onclick: () => close("all") }, icon("close"))),
    h("div", { class: "general" }),
    h("div", { class: "blocks" }, blocks(view.blocks, env)),
    (view.submit || view.close) && h("footer", {},
      h("button", { type: "button", class: "btn", data: { modal: "close" }, onclick: () => close("one") },
        h("span", { class: "label" }, plain(view.close?.text ?? "Cancel"))),
      view.submit && h("button", { type: "button", class: "btn primary", data: { modal: "submit" }, onclick: () => submit() },
        h("span", { class: "label" }, plain(view.submit.text)), h("span", { class: "spinner", "aria-hidden": "true" }))),
  ];
}

/** What is wrong with the whole form, or with the last press in it. */
function trouble(view) {
  const general = dialog.querySelector(".general");
  const [about, text] = [view.errors?.[""], store.failed.get(view.id)];
  const signature = JSON.stringify([about, text]);
  if (general.dataset.signature === signature) return;
  general.dataset.signature = signature;
  fill(general, (about ?? text) && h("div", { class: "failure", role: "alert", data: { errorFor: "" } }, icon("warning"),
    h("span", {}, h("b", {}, about ?? `${store.state.app.name} isn't responding.`), " ", text && h("small", {}, text))));
}

function showUnder(view) {
  const button = dialog.querySelector("[data-modal=submit]");
  button?.toggleAttribute("data-busy", under === view.id);
  if (under === view.id) button?.setAttribute("aria-busy", "true");
  else button?.removeAttribute("aria-busy");
}

function focusFirst() {
  const wanted = dialog.querySelector("[autofocus]") ?? dialog.querySelector(FOCUSABLE)
    ?? dialog.querySelector("[data-modal=submit]") ?? dialog.querySelector("[data-modal=x]");
  wanted.focus();
}

async function submit() {
  const id = shown.id;
  if (under === id) return;
  under = id;
  store.failed.delete(id);
  modal();
  try {
    const at = { view: id };
    const answer = await act("submit", { view: id, values: forms.all(at) });
    if (answer.errors) firstError(Object.keys(answer.errors));
  } catch (error) {
    // The workspace shows "trouble connecting" in the form; a form that is gone needs no words.
    if (store.state.views.some((v) => v.id === id)) store.failed.set(id, error.message);
  } finally {
    under = undefined;
    if (dialog) modal();
  }
}

/** The errors come with the next state; the focus goes to the topmost field that is wrong. */
function firstError(blockIds) {
  const blocksOf = [...(dialog?.querySelectorAll(".block") ?? [])];
  const block = blocksOf.find((b) => blockIds.includes(b.dataset.blockId));
  block?.querySelector("input, textarea")?.focus();
  block?.scrollIntoView({ block: "nearest" });
}

async function close(stack) {
  const id = shown.id;
  try {
    await act("close", { view: id, stack });
  } catch (error) {
    // Closed meanwhile, by the app or by a second Esc: the next state shows it.
    if (!error.refused) window.dispatchEvent(new CustomEvent("trouble", { detail: error.message }));
  }
}
