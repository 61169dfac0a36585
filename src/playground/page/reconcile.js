// Changing a list on the page without touching what stayed the same: what a person is about to press,
// has typed or has scrolled to must not be torn away because another message came.

const SIGNATURE = Symbol("signature");

/**
 * Makes the children of `parent` those of `items`, each `{key, signature, build}`: a child with equal
 * key and signature stays the very node that it was.
 */
export function reconcile(parent, items) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let cursor = parent.firstElementChild;
  for (const { key, signature, build } of items) {
    const there = old.get(key);
    old.delete(key);
    if (there && there[SIGNATURE] === signature) {
      if (there === cursor) cursor = cursor.nextElementSibling;
      else parent.insertBefore(there, cursor);
      continue;
    }
    const made = build();
    made.dataset.key = key;
    made[SIGNATURE] = signature;
    if (!there) {
      parent.insertBefore(made, cursor);
      continue;
    }
    if (there === cursor) cursor = cursor.nextElementSibling;
    keepingFocus(there, () => there.replaceWith(made), made);
    if (made.nextElementSibling !== cursor) parent.insertBefore(made, cursor);
  }
  old.forEach((gone) => gone.remove());
}

/** Replaces content and puts the focus back on the same button or field, if it is still there. */
export function keepingFocus(within, change, made = within) {
  const focused = within.contains(document.activeElement) ? document.activeElement : undefined;
  const { action, block } = focused?.closest("[data-action]")?.dataset ?? {};
  const selection = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : undefined;
  change();
  if (!focused || made.contains(document.activeElement)) return;
  const same = action && [...made.querySelectorAll("[data-action]")].find(
    (e) => e.dataset.action === action && e.dataset.block === block,
  );
  const target = same?.matches("button, a, input, textarea") ? same : same?.querySelector("button, input, textarea");
  (target ?? made).focus({ preventScroll: true });
  // Number and date fields have no selection to restore.
  if (selection?.[0] != null && target?.type === "text") target.setSelectionRange(...selection);
}
