// The page of the playground: a simulated Slack workspace in the browser.

import { showBusy } from "./acting.js";
import { bar } from "./bar.js";
import { conversation, focusComposer } from "./conversation.js";
import { modal } from "./modal.js";
import { sidebar } from "./sidebar.js";
import { start, store } from "./store.js";
import { thread } from "./thread.js";
import "./toasts.js";

let person;

function render() {
  bar();
  if (!store.state) return;
  const waiting = sidebar();
  conversation();
  thread();
  modal();
  showBusy();
  const name = store.place === "dm" || store.place === "home"
    ? store.state.app.name
    : `#${store.state.channels.find((c) => c.id === store.place)?.name}`;
  document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${name} - Playground`;
  document.body.dataset.ready = store.as;
  if (person === store.as) return;
  person = store.as;
  if (store.state.views.length === 0) focusComposer();
}

start(render);
bar();
