// Menus and lists that lie above everything else, dialogs included.

/**
 * Shows `popup` under (or above) `anchor`; gives a function that closes it. `closed` is called when
 * the person clicks elsewhere, scrolls away or leaves.
 */
export function show(popup, anchor, closed) {
  popup.popover = "manual";
  (anchor.parentElement ?? document.body).append(popup);
  popup.showPopover();
  place(popup, anchor);
  const outside = (event) => {
    if (!popup.contains(event.target) && !anchor.contains(event.target)) hide();
  };
  const moved = (event) => {
    if (event.type === "scroll" && popup.contains(event.target)) return;
    if (event.type === "scroll") place(popup, anchor);
    else hide();
  };
  let open = true;
  function hide() {
    if (!open) return;
    open = false;
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("scroll", moved, true);
    window.removeEventListener("resize", moved);
    popup.remove();
    closed();
  }
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("scroll", moved, true);
  window.addEventListener("resize", moved);
  return { hide, place: () => open && place(popup, anchor) };
}

function place(popup, anchor) {
  const at = anchor.getBoundingClientRect();
  const margin = 8;
  popup.style.minWidth = `${Math.min(Math.max(at.width, 220), innerWidth - 2 * margin)}px`;
  const height = popup.offsetHeight;
  const below = innerHeight - at.bottom - margin;
  const top = below >= height || below >= at.top ? at.bottom + 4 : Math.max(margin, at.top - height - 4);
  const left = Math.max(margin, Math.min(at.left, innerWidth - popup.offsetWidth - margin));
  popup.style.top = `${top}px`;
  popup.style.left = `${left}px`;
  popup.style.maxHeight = `${Math.max(120, Math.min(320, top >= at.bottom ? innerHeight - top - margin : at.top - 2 * margin))}px`;
}
