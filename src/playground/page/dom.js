// Making elements. Text always becomes a text node: nothing that a person or an app wrote is ever
// parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element: `h("a", { class: "link", href: url, onclick: f }, "text", child)`. */
export function h(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "data") Object.assign(element.dataset, present(value));
    else if (key === "value" || key === "checked" || key === "disabled") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== undefined && c !== null && c !== false));
  return element;
}

/** Replaces everything in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((c) => c !== undefined && c !== null && c !== false));
}

/** A line icon of 20 x 20, drawn with the text's colour. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Only web and mail addresses may become links; anything else stays text. */
export function safeUrl(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : undefined;
  } catch {
    return undefined;
  }
}

/** A number that tells apart the ids of labels and fields in the page. */
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

let counter = 0;

function present(values) {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined && v !== null));
}

const ICONS = {
  hash: "M8 3 6.5 17M13.5 3 12 17M3.5 7.5h13.5M3 12.5h13.5",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  close: "M4.5 4.5l11 11M15.5 4.5l-11 11",
  back: "M12.5 4 6.5 10l6 6",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  send: "M3 3.5 17.5 10 3 16.5 5 10zM5 10h6",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  down: "M5 7.5l5 5 5-5",
  eye: "M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10zM10 7.7a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6z",
  reply: "M3.5 4.5h13v9H9l-3.5 3v-3h-2z",
  warning: "M10 3 18 16.5H2zM10 8v4M10 14.2h.01",
  clock: "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM10 5.8V10l2.8 2",
  people: "M7.5 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.5c0-3 2.5-4.5 5.5-4.5s5.5 1.5 5.5 4.5M13 4.3a3 3 0 0 1 0 5.4M15 12.5c2 .6 3 2 3 4",
  slash: "M12.5 3.5 7.5 16.5",
  check: "M4 10.5 8 14.5 16 5.5",
};
