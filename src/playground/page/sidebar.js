// The channels and the app, with marks on what is unread.

import { avatar } from "./avatar.js";
import { fill, h, icon } from "./dom.js";
import { changed, context, go, store, unread } from "./store.js";

const root = document.getElementById("sidebar");
root.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !store.sidebarOpen) return;
  store.sidebarOpen = false;
  changed();
});

let shown;

/** Shows it; gives how many messages of the DM are unread, for the page's title. */
export function sidebar() {
  const { state, place } = store;
  const counts = new Map(["dm", ...state.channels.map((c) => c.id)].map((p) => [p, unread(p)]));
  document.body.classList.toggle("sidebar-open", store.sidebarOpen);
  const signature = JSON.stringify([store.as, place, [...counts], state.channels.map((c) => [c.id, c.name]), state.app]);
  if (signature === shown) return counts.get("dm");
  shown = signature;
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.place : undefined;
  const bot = context().people.get(state.app.user);
  fill(root,
    h("div", { class: "team" }, h("span", {}, title(state.team.domain)), h("button", {
      type: "button", class: "close", "aria-label": "Close the list", onclick: () => { store.sidebarOpen = false; changed(); },
    }, icon("close"))),
    h("h2", {}, "Channels"),
    h("ul", {}, state.channels.map((c) => entry(c.id, [icon(c.private ? "lock" : "hash"), h("span", { class: "name" }, c.name)], counts.get(c.id)))),
    h("h2", {}, "Apps"),
    h("ul", {}, entry("dm", [avatar(bot, "small"), h("span", { class: "name" }, state.app.name)], counts.get("dm"), place === "home")),
    h("div", { class: "self" }, avatar(state.me, "medium"), h("span", {}, h("b", {}, state.me.real_name), h("small", {}, state.me.tz_label))));
  if (focused) root.querySelector(`[data-place="${focused}"]`)?.focus();
  return counts.get("dm");
}

function entry(place, label, count, alsoHere = false) {
  const here = store.place === place || alsoHere;
  const isUnread = count > 0 && !here;
  const badge = isUnread && place === "dm" && h("span", { class: "count", "aria-label": `${count} unread` }, count > 99 ? "99+" : count);
  return h("li", {}, h("button", {
    type: "button", class: `entry${isUnread ? " unread" : ""}`, "aria-current": here ? "page" : undefined,
    data: { place }, onclick: () => go(place),
  }, label, badge, isUnread && place !== "dm" && h("span", { class: "hidden" }, " (unread)")));
}

function title(domain) {
  return domain.charAt(0).toUpperCase() + domain.slice(1);
}
