// Everything that a person can enter or choose, in forms, in messages and on the Home tab.

import { chosen } from "./acting.js";
import { freshId, h } from "./dom.js";
import { current, enter, flush } from "./forms.js";
import { textObject } from "./mrkdwn.js";
import { matching, picker } from "./picker.js";
import { act, spotKey } from "./store.js";

/** The field for an element; `about` has the ids of its label and hint, when it stands in a form. */
export function field(env, block, element, about = {}) {
  const make = FIELDS[element.type];
  return make?.(env, block, element, about);
}

const FIELDS = {
  plain_text_input: (env, block, element, about) => text(env, block, element, about, element.multiline ? "textarea" : "text"),
  number_input: (env, block, element, about) => text(env, block, element, about, "number"),
  email_text_input: (env, block, element, about) => text(env, block, element, about, "email"),
  url_text_input: (env, block, element, about) => text(env, block, element, about, "url"),
  datepicker: (env, block, element, about) => moment(env, block, element, about, "date"),
  timepicker: (env, block, element, about) => moment(env, block, element, about, "time"),
  datetimepicker: (env, block, element, about) => moment(env, block, element, about, "datetime-local"),
  radio_buttons: (env, block, element, about) => choices(env, block, element, about, "radio"),
  checkboxes: (env, block, element, about) => choices(env, block, element, about, "checkbox"),
};
for (const [kind, source] of Object.entries({ static: fixed, external: remote, users: people, channels, conversations })) {
  FIELDS[`${kind}_select`] = (env, block, element, about) => select(env, block, element, about, source);
  FIELDS[`multi_${kind}_select`] = FIELDS[`${kind}_select`];
}

function hooks(env, block, element) {
  return { action: element.action_id, block: block.block_id, spot: spotKey(env.at, block.block_id, element.action_id) };
}

function text(env, block, element, about, kind) {
  const tells = block.dispatch_action ? (element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"]) : [];
  let told = current(env, block, element) ?? "";
  const tell = (value) => {
    if (value === told) return;
    told = value;
    chosen(env, block, element, value);
  };
  const left = (event) => {
    enter(env, block, element, event.target.value);
    // Losing this costs nothing: the submission brings every value again.
    flush(env.at).catch(() => {});
  };
  const typed = (event) => {
    enter(env, block, element, event.target.value);
    if (tells.includes("on_character_entered")) tell(event.target.value);
  };
  const keys = (event) => {
    if (event.key !== "Enter" || event.isComposing || (kind === "textarea" && !event.metaKey && !event.ctrlKey)) return;
    if (!tells.includes("on_enter_pressed")) return;
    event.preventDefault();
    tell(event.target.value);
  };
  const area = kind === "textarea";
  return h(area ? "textarea" : "input", {
    class: "field", type: area ? undefined : kind === "number" ? "text" : kind,
    inputmode: kind === "number" ? (element.is_decimal_allowed ? "decimal" : "numeric") : undefined,
    rows: area ? 4 : undefined, value: told, placeholder: element.placeholder?.text ?? (area ? undefined : ""),
    maxlength: element.max_length, autocomplete: "off", id: about.id, "aria-describedby": about.describedby,
    "aria-label": about.id ? undefined : (element.placeholder?.text ?? "Text"),
    "aria-required": about.required ? "true" : undefined, autofocus: element.focus_on_load === true,
    data: hooks(env, block, element), oninput: typed, onchange: left, onkeydown: keys,
  });
}

function moment(env, block, element, about, kind) {
  const { time } = env.context;
  const value = current(env, block, element);
  const shown = kind === "datetime-local" && value ? time.local(value * 1000) : value;
  const entered = (event) => {
    const typed = event.target.value;
    chosen(env, block, element, kind === "datetime-local" && typed ? Math.floor(time.instant(typed) / 1000) : typed || undefined);
  };
  return h("input", {
    class: "field moment", type: kind, value: shown ?? "", id: about.id, "aria-describedby": about.describedby,
    "aria-label": about.id ? undefined : (element.placeholder?.text ?? "Date"),
    "aria-required": about.required ? "true" : undefined,
    autofocus: element.focus_on_load === true, data: hooks(env, block, element), onchange: entered,
  });
}

function choices(env, block, element, about, kind) {
  const name = freshId("choice");
  const now = current(env, block, element);
  const isOn = (option) => (kind === "radio" ? now?.value === option.value : Boolean(now?.some((o) => o.value === option.value)));
  const root = h("div", {
    class: "choices", role: kind === "radio" ? "radiogroup" : "group", "aria-labelledby": about.labelledby,
    "aria-describedby": about.describedby, data: hooks(env, block, element),
  });
  const pickedNow = () => [...root.querySelectorAll("input:checked")].map((i) => element.options[Number(i.dataset.at)]);
  const changed = () => {
    const picked = pickedNow().map((o) => ({ value: o.value, label: o.text.text }));
    chosen(env, block, element, kind === "radio" ? picked[0] : picked);
  };
  root.append(...element.options.map((option, at) => h("label", { class: "choice" },
    h("input", { type: kind, name, value: option.value, checked: isOn(option), data: { at, value: option.value }, onchange: changed }),
    h("span", {}, textObject(option.text, env.context), option.description && h("small", {}, textObject(option.description, env.context))))));
  return root;
}

function select(env, block, element, about, source) {
  const several = element.type.startsWith("multi_");
  const named = (one) => one && { label: nameOf(env, one.value), ...one };
  const now = current(env, block, element);
  return picker({
    several, most: element.max_selected_items, optional: block.type === "input" && block.optional,
    selected: several ? (now ?? []).map(named) : named(now),
    placeholder: element.placeholder?.text ?? (several ? "Select options" : "Select an option"),
    id: about.id, describedby: about.describedby, label: about.id ? undefined : (element.placeholder?.text ?? "Select an option"),
    props: { data: hooks(env, block, element) },
    pick: (choice) => chosen(env, block, element, choice),
    ...source(env, block, element),
  });
}

function fixed(env, block, element) {
  const option = (o) => ({ value: o.value, label: o.text.text, hint: o.description?.text });
  const groups = element.option_groups
    ? element.option_groups.map((g) => ({ label: g.label.text, options: g.options.map(option) }))
    : [{ options: (element.options ?? []).map(option) }];
  return { load: (typed) => matching(groups, typed) };
}

function remote(env, block, element) {
  // Slack's own default is to ask from the third character on.
  const least = element.min_query_length ?? 3;
  const load = async (typed) => {
    const answer = await act("options", { at: env.at, block_id: block.block_id, action_id: element.action_id, typed });
    return [{ options: answer.options }];
  };
  const hint = [{ options: [] }];
  return {
    remote: true,
    load: (typed) => (typed.length < least ? hint : load(typed)),
    nothing: least > 0 ? "No matching items: type to search" : "No matching items",
  };
}

function people(env) {
  const options = [...env.context.people.values()].filter((p) => !p.deleted)
    .map((p) => ({ value: p.id, label: p.real_name, hint: p.is_bot ? "app" : p.name }));
  return { load: (typed) => matching([{ options }], typed) };
}

function channels(env) {
  return { load: (typed) => matching([{ options: channelOptions(env) }], typed) };
}

function conversations(env) {
  const members = [...env.context.people.values()].filter((p) => !p.is_bot && !p.deleted);
  const groups = [
    { label: "Channels", options: channelOptions(env) },
    { label: "People", options: members.map((p) => ({ value: p.id, label: p.real_name, hint: p.name })) },
  ];
  return { load: (typed) => matching(groups, typed) };
}

function channelOptions(env) {
  return env.context.channels.map((c) => ({ value: c.id, label: `#${c.name}` }));
}

function nameOf(env, id) {
  const channel = env.context.channel(id);
  return channel ? `#${channel.name}` : (env.context.people.get(id)?.real_name ?? id);
}

