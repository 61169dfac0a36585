// The dialog that asks before something is done.

import { freshId, h } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { context } from "./store.js";

/** Shows a confirm object of Slack's; gives whether the person confirmed. */
export function confirmed(confirm) {
  const title = freshId("confirm");
  const text = freshId("confirm-text");
  return new Promise((resolve) => {
    const style = confirm.style === "danger" ? "danger" : "primary";
    const dialog = h("dialog", { class: "dialog confirm", "aria-labelledby": title, "aria-describedby": text, data: { confirm: "" } },
      h("h2", { id: title }, textObject(confirm.title, context())),
      h("div", { id: text, class: "text" }, textObject(confirm.text, context())),
      h("div", { class: "foot" },
        h("button", { type: "button", class: "btn", data: { confirm: "deny" }, onclick: () => close(false) },
          textObject(confirm.deny ?? { type: "plain_text", text: "Cancel" }, context())),
        h("button", { type: "button", class: `btn ${style}`, autofocus: true, data: { confirm: "confirm" }, onclick: () => close(true) },
          textObject(confirm.confirm ?? { type: "plain_text", text: "Yes" }, context()))));
    const before = document.activeElement;
    let answer = false;
    function close(yes) {
      answer = yes;
      dialog.close();
    }
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus({ preventScroll: true });
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
