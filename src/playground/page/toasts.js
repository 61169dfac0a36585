// What appears in the corner for a while: notifications of messages, and troubles.

import { avatar } from "./avatar.js";
import { h, icon } from "./dom.js";
import { spoken } from "./mrkdwn.js";
import { context, go, openThread } from "./store.js";

/** How long one stays, milliseconds. */
const STAYS = 7000;
/** More at once would hide the page. */
const MOST = 3;

const root = document.getElementById("toasts");
root.popover = "manual";
window.addEventListener("trouble", (event) => add(h("div", { class: "toast trouble", role: "alert" }, icon("warning"), h("span", {}, event.detail))));
window.addEventListener("become", () => root.replaceChildren());
window.addEventListener("visit", ({ detail }) => root.querySelectorAll("[data-about]").forEach((t) => t.dataset.about === detail && t.remove()));
window.addEventListener("notify", (event) => notify(event.detail));

function notify({ place, message }) {
  const known = context();
  const person = known.people.get(message.user);
  const where = place === "dm" ? "" : ` in #${known.channel(place)?.name}`;
  const open = () => {
    go(place);
    if (message.thread_ts && !message.reply_broadcast) openThread({ channel: message.channel, ts: message.thread_ts });
  };
  // The notification reads the plain text, as Slack's does.
  add(h("button", { type: "button", class: "toast", data: { toast: message.ts, about: place }, onclick: open }, avatar(person, "small"),
    h("span", {}, h("b", {}, `${person?.real_name ?? "Slackbot"}${where}`), h("span", { class: "said" }, spoken(message.text, known)))));
}

function add(toast) {
  if (!root.matches(":popover-open")) root.showPopover();
  root.append(toast);
  while (root.children.length > MOST) root.firstElementChild.remove();
  const gone = () => {
    toast.remove();
    if (root.children.length === 0 && root.matches(":popover-open")) root.hidePopover();
  };
  toast.addEventListener("click", gone);
  setTimeout(gone, STAYS);
}
