// The playground's own controls, which Slack does not have: who one is, and what time it is.

import { h, icon } from "./dom.js";
import { act, become, context, now, PEOPLE, store } from "./store.js";
import { duration } from "./time.js";

const root = document.getElementById("bar");
const people = h("div", { class: "people", role: "group", "aria-label": "You are" },
  h("span", { class: "label", "aria-hidden": "true" }, "You are"),
  PEOPLE.map((name) => h("button", { type: "button", data: { person: name }, onclick: () => become(name) }, name.charAt(0).toUpperCase() + name.slice(1))));
const time = h("span", { class: "time", data: { clock: "now" } }, h("span", {}), h("span", { class: "seconds" }));
const ahead = h("span", { class: "ahead", data: { clock: "ahead" } });
const steps = [["1h", "+1 h", "Move the clock an hour ahead"], ["1d", "+1 d", "Move the clock a day ahead"], ["next", "Next event", "Move the clock to what happens next"]]
  .map(([by, label, title]) => h("button", { type: "button", title, data: { advance: by }, onclick: (e) => advance(e.currentTarget, by) }, label));
const lost = h("span", { class: "lost", role: "status", hidden: true }, "Reconnecting…");
root.append(
  h("span", { class: "mark" }, h("b", {}, "Playground"), h("span", {}, "a simulated Slack workspace")),
  people, lost,
  h("div", { class: "clock", role: "group", "aria-label": "Clock" }, icon("clock"), h("span", { class: "told" }, time, ahead), steps));

setInterval(tick, 1000);

/** Shows who one is and the business time. */
export function bar() {
  for (const button of people.querySelectorAll("button")) {
    const me = button.dataset.person === store.as;
    button.setAttribute("aria-pressed", String(me));
    const there = store.state?.people.find((p) => p.name === button.dataset.person);
    if (there) button.title = `${there.real_name}, ${there.tz_label}`;
  }
  lost.hidden = store.connected;
  tick();
}

function tick() {
  if (!store.state) return;
  const told = context().time.bar(now());
  time.firstChild.textContent = told.minute;
  time.lastChild.textContent = told.second;
  const by = duration(store.state.clock.ahead_ms);
  ahead.textContent = by ? `${by} ahead` : "";
}

async function advance(button, by) {
  button.disabled = true;
  try {
    await act("clock", { advance: by });
  } catch (error) {
    window.dispatchEvent(new CustomEvent("trouble", { detail: error.message }));
  } finally {
    button.disabled = false;
    button.focus();
  }
}
