// The middle of the page: a channel, the messages with the app, or its Home tab.

import { avatar } from "./avatar.js";
import { composer } from "./composer.js";
import { fill, h, icon } from "./dom.js";
import { home } from "./home.js";
import { rows } from "./message.js";
import { reconcile } from "./reconcile.js";
import { changed, context, go, messagesOf, says, shownIn, store } from "./store.js";
import { millis } from "./time.js";

/** A list within so many pixels of its end stays at the end. */
const NEAR = 60;

const root = document.getElementById("conversation");
const head = h("header", { class: "head" });
const log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": "Messages", tabindex: "0" });
const list = h("div", { class: "rows" });
const intro = h("div", { class: "intro" });
const latest = h("button", { type: "button", class: "latest", hidden: true, onclick: () => toEnd() }, icon("down"), "Latest messages");
const tab = h("div", { class: "home", role: "tabpanel", "aria-label": "Home" });
log.append(h("div", { class: "spring" }), intro, list);
const writing = composer({
  id: "composer", offers: true,
  name: () => `Message ${context().channel(store.place) ? `#${context().channel(store.place).name}` : store.state.app.name}`,
  send: (text) => says({ channel: store.place, text }),
});
root.append(head, tab, log, latest, writing.root);
log.addEventListener("scroll", () => {
  stick = atEnd();
  latest.hidden = stick;
});
// Pictures have no height before they are loaded, and the page may become smaller.
log.addEventListener("load", () => stick && toEnd(), true);
new ResizeObserver(() => stick && toEnd()).observe(log);

let shown;
let headSignature;
let stick = true;

/** Shows the place where the person looks. */
export function conversation() {
  const { place, state } = store;
  const isHome = place === "home";
  showHead(place);
  tab.hidden = !isHome;
  log.hidden = isHome;
  writing.root.hidden = isHome;
  if (isHome) {
    latest.hidden = true;
    home(tab);
    shown = key();
    return;
  }
  const moved = shown !== key();
  stick = moved || atEnd();
  shown = key();
  showIntro(place);
  const all = messagesOf(place);
  reconcile(list, withDays(rows(shownIn(place), all, "channel")));
  writing.show(place);
  if (stick) toEnd();
  latest.hidden = atEnd();
  log.setAttribute("aria-label", place === "dm" ? `Messages with ${state.app.name}` : `Messages in #${context().channel(place)?.name}`);
}

/** Puts the focus where a person writes. */
export function focusComposer() {
  writing.focus();
}

function key() {
  return `${store.as} ${store.place}`;
}

function atEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
}

function toEnd() {
  log.scrollTop = log.scrollHeight;
}

function showHead(place) {
  const { state } = store;
  const channel = context().channel(place);
  const signature = JSON.stringify([place, store.as, channel?.members, state.app]);
  if (signature === headSignature) return;
  headSignature = signature;
  const menu = h("button", {
    type: "button", class: "menu", "aria-label": "Channels", "aria-controls": "sidebar",
    onclick: () => { store.sidebarOpen = !store.sidebarOpen; changed(); },
  }, icon("menu"));
  if (channel) {
    fill(head, menu, h("h1", {}, icon(channel.private ? "lock" : "hash"), channel.name), members(channel));
    return;
  }
  const bot = context().people.get(state.app.user);
  const to = (target, name) => h("button", {
    type: "button", class: "tab", role: "tab", "aria-selected": String(place === target), data: { tab: target }, onclick: () => go(target),
  }, name);
  fill(head, menu, h("h1", {}, avatar(bot, "small"), state.app.name, h("span", { class: "badge" }, "APP")),
    h("div", { class: "tabs", role: "tablist" }, to("home", "Home"), to("dm", "Messages")));
}

function members(channel) {
  if (!channel.members) return undefined;
  const all = channel.members.map((id) => context().people.get(id)).filter(Boolean);
  const names = all.map((p) => p.real_name).join(", ");
  return h("span", { class: "members", title: names, "aria-label": `Members: ${names}` },
    all.slice(0, 3).map((p) => avatar(p, "small")), h("b", {}, all.length));
}

function showIntro(place) {
  const { state } = store;
  const signature = JSON.stringify([place, store.as, state.commands, state.app]);
  if (intro.dataset.signature === signature) return;
  intro.dataset.signature = signature;
  const channel = context().channel(place);
  const bot = context().people.get(state.app.user);
  const examples = state.commands.map((command) => h("button", {
    type: "button", class: "example", data: { example: command }, onclick: () => writing.put(`${command} help`),
  }, `${command} help`));
  const teach = h("p", {}, "Type ", h("kbd", {}, "/"), " to see what you can ask", examples.length > 0 ? ", or begin with " : ".", examples);
  fill(intro, channel
    ? [h("h2", {}, icon(channel.private ? "lock" : "hash"), channel.name),
      h("p", {}, "This is the very beginning of the ", h("b", {}, `#${channel.name}`), " channel."), teach]
    : [avatar(bot, "large"), h("h2", {}, state.app.name, h("span", { class: "badge" }, "APP")),
      h("p", {}, "This is the very beginning of your direct message history with ", h("b", { class: "mention" }, `@${state.app.name}`),
        ". What it tells you alone appears here."), teach]);
}

/** Puts the day above its first message, and the "New" line above the first unread one. */
function withDays(items) {
  const { time } = context();
  const result = [];
  let day;
  let told = store.readUntil === undefined;
  for (const item of items) {
    const ms = millis(item.key);
    if (time.dayNumber(ms) !== day) {
      day = time.dayNumber(ms);
      const name = time.day(ms);
      result.push({ key: `day-${day}`, signature: name, build: () => h("div", { class: "day", role: "separator" }, h("span", {}, name)) });
    }
    if (!told && Number(item.key) > Number(store.readUntil)) {
      told = true;
      result.push({ key: "new", signature: "new", build: () => h("div", { class: "new", role: "separator" }, h("span", {}, "New")) });
    }
    result.push(item);
  }
  return result;
}
