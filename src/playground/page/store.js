// What the page knows: the workspace as one person sees it, and where that person looks.

import * as api from "./api.js";
import { timeteller } from "./time.js";

/** The three people, and whom the page starts as. */
export const PEOPLE = ["alice", "bob", "carol"];

/** Who is looking, where, and what is under way; `state` is the workspace's last answer. */
export const store = {
  as: chosenPerson(),
  state: undefined,
  connected: true,
  /** A channel's id, `dm` or `home`. */
  place: location.hash.slice(1),
  /** `{channel, ts}` of the thread on the right. */
  thread: undefined,
  /** Up to which message the place was read when it was opened: the "New" line stands after it. */
  readUntil: undefined,
  sidebarOpen: false,
  /** Keys of elements whose press the app has not acknowledged. */
  busy: new Set(),
  /** Place key → what went wrong with the last act there. */
  failed: new Map(),
};

let render = () => {};
let stop = () => {};
let wanted = 0;
let fetching = false;
let clockRead = performance.now();

/** Starts, and calls this after every change. */
export function start(onChange) {
  render = onChange;
  window.addEventListener("hashchange", () => {
    const place = location.hash.slice(1);
    if (place !== "composer" && known(place)) go(place);
  });
  document.addEventListener("visibilitychange", () => markRead());
  // As in Slack, what only this person could see does not outlive a reload.
  if (performance.getEntriesByType("navigation")[0]?.type === "reload") quietly("reload", {});
  follow();
}

/** Shows the page again after a change that the workspace does not know of. */
export function changed() {
  render();
}

/** Becomes another person. */
export function become(name) {
  if (name === store.as) return;
  Object.assign(store, { as: name, state: undefined, thread: undefined, readUntil: undefined });
  store.busy.clear();
  store.failed.clear();
  window.dispatchEvent(new CustomEvent("become"));
  const url = new URL(location.href);
  url.searchParams.set("as", name);
  history.replaceState(null, "", url);
  stop();
  follow();
}

/** Looks at a channel's id, `dm` or `home`. */
export function go(place) {
  Object.assign(store, { place, thread: undefined, sidebarOpen: false, readUntil: unreadFrom(place) });
  if (location.hash.slice(1) !== place) history.replaceState(null, "", `#${place}`);
  if (place === "home") quietly("home", {});
  window.dispatchEvent(new CustomEvent("visit", { detail: place }));
  markRead();
  render();
}

export function openThread(thread) {
  store.thread = thread;
  render();
}

/** Does something as the present person; failures are thrown. */
export function act(what, body) {
  return api.act(what, { as: store.as, ...body });
}

/** The same where a failure has nowhere to be shown but below. */
export function quietly(what, body) {
  return act(what, body).catch((error) => {
    window.dispatchEvent(new CustomEvent("trouble", { detail: error.message }));
  });
}

/** Says something, or gives a command; one that fails is answered by Slackbot in the conversation. */
export async function says(what) {
  try {
    await act("command", what);
  } catch (error) {
    const told = error.refused && !error.message.startsWith("Slack does not take");
    if (!told) window.dispatchEvent(new CustomEvent("trouble", { detail: error.message }));
  }
}

/** Milliseconds of business time. */
export function now() {
  return (store.state?.clock.now_ms ?? 0) + (performance.now() - clockRead);
}

/** What the rendering of texts needs to know. */
export function context() {
  const { state } = store;
  if (context.of !== state) {
    const people = new Map(state.people.map((person) => [person.id, person]));
    const channels = new Map(state.channels.map((channel) => [channel.id, channel]));
    context.of = state;
    context.made = {
      me: state.me,
      people,
      time: timeteller(state.me.tz, now),
      personName: (id) => (people.get(id)?.is_bot ? people.get(id).real_name : people.get(id)?.name),
      channels: state.channels,
      channel: (id) => channels.get(id),
    };
  }
  return context.made;
}

/** The messages of a place without replies that are not broadcast, ephemeral ones in between. */
export function messagesOf(place) {
  const { state } = store;
  const all = place === "dm" ? state.dm.messages : (state.channels.find((c) => c.id === place)?.messages ?? []);
  const id = place === "dm" ? state.dm.id : place;
  const mine = state.ephemerals.filter((m) => m.channel === id);
  return [...all, ...mine].sort((a, b) => millisAndMicros(a.ts) - millisAndMicros(b.ts));
}

/** Those that stand in the conversation itself. */
export function shownIn(place) {
  return messagesOf(place).filter((m) => !m.thread_ts || m.thread_ts === m.ts || m.reply_broadcast);
}

/** How many messages of others came since the person looked. */
export function unread(place) {
  const upTo = Number(readUpTo(place) ?? 0);
  return shownIn(place).filter((m) => Number(m.ts) > upTo && m.user !== store.state.me.id).length;
}

/** The place of a channel's id: the DM has a name of its own. */
export function placeOf(channel) {
  return channel === store.state.dm.id ? "dm" : channel;
}

/** A name for where something was pressed. */
export function placeKey(at) {
  return at.view ?? `${at.channel}:${at.ts}`;
}

/** The same for one element there. */
export function spotKey(at, blockId, actionId) {
  return [placeKey(at), blockId, actionId].join("\n");
}

async function follow() {
  wanted = 0;
  const person = store.as;
  stop = api.listen(person, (revision) => {
    // A workspace that was started again counts from the beginning.
    wanted = revision < wanted ? revision : Math.max(wanted, revision);
    fetchState(person, revision);
  }, (connected) => {
    if (store.connected === connected) return;
    store.connected = connected;
    if (store.state) render();
  });
  await fetchState(person);
}

async function fetchState(person) {
  if (fetching === person) return;
  fetching = person;
  try {
    let fresh;
    do {
      fresh = await api.state(person);
      if (store.as !== person) return;
      take(fresh);
    } while (fresh.revision < wanted);
  } catch (error) {
    // The stream comes back with the workspace and brings the next fetch.
    if (error instanceof api.ActFailed) window.dispatchEvent(new CustomEvent("trouble", { detail: error.message }));
  } finally {
    if (fetching === person) fetching = false;
  }
}

function take(fresh) {
  const first = !store.state;
  const before = store.state;
  store.state = fresh;
  clockRead = performance.now();
  if (first && !known(store.place)) store.place = "dm";
  if (first) go(store.place);
  else announce(before);
  if (document.hidden) store.readUntil ??= unreadFrom(store.place);
  markRead();
  render();
}

/** Tells of messages that came while the person looked elsewhere. */
function announce(before) {
  const seen = new Set([...before.channels.flatMap((c) => c.messages), ...before.dm.messages].map((m) => m.channel + m.ts));
  for (const place of ["dm", ...store.state.channels.map((c) => c.id)]) {
    const news = shownIn(place).filter((m) => !m.ephemeral && !seen.has(m.channel + m.ts) && m.user !== store.state.me.id);
    const looking = place === store.place && !document.hidden;
    for (const message of looking ? [] : news) {
      window.dispatchEvent(new CustomEvent("notify", { detail: { place, message } }));
    }
  }
}

function known(place) {
  return place === "dm" || place === "home" || Boolean(store.state?.channels.some((c) => c.id === place));
}

function markRead() {
  if (!store.state || document.hidden || store.place === "home") return;
  const last = shownIn(store.place).at(-1);
  if (last) sessionStorage.setItem(readKey(store.place), last.ts);
}

/** Up to where it was read, when more came since: what comes before the person's eyes is not new. */
function unreadFrom(place) {
  return unread(place) > 0 ? readUpTo(place) : undefined;
}

function readUpTo(place) {
  return sessionStorage.getItem(readKey(place)) ?? undefined;
}

function readKey(place) {
  return ["read", store.state?.team.id, store.as, place].join(":");
}

// Ids are seconds and microseconds; a double holds microseconds since 1970 exactly.
function millisAndMicros(ts) {
  return Math.round(Number(ts) * 1e6);
}

function chosenPerson() {
  const name = new URLSearchParams(location.search).get("as");
  return PEOPLE.includes(name) ? name : PEOPLE[0];
}
