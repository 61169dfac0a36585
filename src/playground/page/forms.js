// What a person has entered: kept here at once, brought to the workspace as soon as the field is left.

import { act, placeKey } from "./store.js";

/** View id → spot → `{block_id, action_id, value, input, sent}`. */
const entries = new Map();

/** How the workspace's state of an element reads: the key in `state.values`, and how inputs are told. */
const SHAPES = {
  plain_text_input: "text", number_input: "text", email_text_input: "text", url_text_input: "text",
  static_select: "option", external_select: "option", radio_buttons: "option",
  multi_static_select: "options", multi_external_select: "options", checkboxes: "options",
  datepicker: "date", timepicker: "time", datetimepicker: "date_time",
  users_select: "id", channels_select: "id", conversations_select: "id",
  multi_users_select: "ids", multi_channels_select: "ids", multi_conversations_select: "ids",
};

/**
 * What stands in a field: a text, a number, an option `{value, label}` or a list of such; `undefined`
 * for nothing. What was entered here wins over what the workspace knows.
 */
export function current(env, block, element) {
  const entry = entries.get(placeKey(env.at))?.get(spot(block, element));
  if (entry && entry.type === element.type) return entry.value;
  const state = env.values?.[block.block_id]?.[element.action_id];
  return state ? known(state) : undefined;
}

/** Remembers what was entered and gives it as the workspace takes it. */
export function enter(env, block, element, value) {
  const shape = SHAPES[element.type];
  const empty = value === undefined || value === "" || value === null;
  const input = empty ? (shape === "text" ? { text: "" } : "empty") : { [shape]: told(shape, value) };
  // In a message the app is told at once, and what it shows after that is its own to say.
  if (!env.at.view) return input;
  const key = placeKey(env.at);
  if (!entries.has(key)) entries.set(key, new Map());
  const entry = { block_id: block.block_id, action_id: element.action_id, type: element.type, value, input, sent: false };
  entries.get(key).set(spot(block, element), entry);
  return input;
}

/** Brings what was entered in this place to the workspace; the app is not told. */
export async function flush(at) {
  const waiting = [...(entries.get(placeKey(at))?.values() ?? [])].filter((entry) => !entry.sent);
  for (const entry of waiting) {
    entry.sent = true;
    await act("enter", { at, block_id: entry.block_id, action_id: entry.action_id, input: entry.input });
  }
}

/** Everything that was entered in a form, for submitting it. */
export function all(at) {
  const fields = [...(entries.get(placeKey(at))?.values() ?? [])];
  return fields.map(({ block_id, action_id, input }) => ({ block_id, action_id, input }));
}

/** Forgets fields that are gone: entering them would be refused. */
export function keepOnly(at, spots) {
  const there = entries.get(placeKey(at));
  there?.forEach((_, key) => spots.has(key) || there.delete(key));
}

/** Forgets the forms that are closed: all but these views. */
export function forgetAllBut(viewIds) {
  for (const key of entries.keys()) {
    if (!viewIds.includes(key)) entries.delete(key);
  }
}

/** The name of an element within its place. */
export function spot(block, element) {
  return `${block.block_id}\n${element.action_id}`;
}

function told(shape, value) {
  if (shape === "option" || shape === "id") return value.value;
  if (shape === "options" || shape === "ids") return value.map((one) => one.value);
  return value;
}

function known(state) {
  const option = (o) => ({ value: o.value, label: o.text?.text ?? o.value });
  for (const [key, value] of Object.entries(state)) {
    if (key === "type" || value === null || value === undefined) continue;
    if (key === "selected_option") return option(value);
    if (key === "selected_options") return value.map(option);
    if (/^selected_(user|channel|conversation)$/.test(key)) return { value };
    if (/^selected_(users|channels|conversations)$/.test(key)) return value.map((id) => ({ value: id }));
    return value;
  }
  return undefined;
}
