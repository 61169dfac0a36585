// The square pictures beside messages: initials on a colour of one's own.

import { h } from "./dom.js";

const COLOURS = 6;

/** `size` is `small` (in thread bars), `medium` (messages) or `large` (introductions). */
export function avatar(person, size) {
  const name = person?.real_name ?? "Slackbot";
  const initials = person?.is_bot ? name.slice(0, 1) : name.split(" ").map((word) => word[0]).join("").slice(0, 2);
  const colour = person ? (person.is_bot ? "app" : `person-${hash(person.name) % COLOURS}`) : "slackbot";
  return h("span", { class: `avatar ${size} ${colour}`, "aria-hidden": "true" }, initials);
}

function hash(text) {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 5);
}
