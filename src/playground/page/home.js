// The app's Home tab.

import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { fill, h, icon } from "./dom.js";
import { keepingFocus } from "./reconcile.js";
import { context, go, store } from "./store.js";

let shown;

/** Shows it, or what to expect while the app has published none. */
export function home(root) {
  const view = store.state.home;
  const failed = view && store.failed.get(view.id);
  const day = context().time.dayNumber(Date.now() + store.state.clock.ahead_ms);
  const signature = JSON.stringify([store.as, view?.id, view?.hash, failed, day]);
  if (signature === shown) return;
  shown = signature;
  keepingFocus(root, () => fill(root, view ? published(view, failed) : nothing()));
}

function published(view, failed) {
  const env = { at: { view: view.id }, values: view.state?.values, context: context() };
  return h("div", { class: "sheet", data: { view: view.id } },
    failed && h("div", { class: "failure", role: "alert" }, icon("warning"),
      h("span", {}, h("b", {}, `${store.state.app.name} isn't responding. `), h("small", {}, failed))),
    h("div", { class: "blocks" }, blocks(view.blocks, env)));
}

function nothing() {
  const bot = context().people.get(store.state.app.user);
  return h("div", { class: "sheet empty" }, avatar(bot, "large"),
    h("h2", {}, "This is a work in progress"),
    h("p", {}, `${store.state.app.name} has not published anything here yet. Its messages are under `,
      h("button", { type: "button", class: "link", onclick: () => go("dm") }, "Messages"), "."));
}
