/* 问效 · what stands in a title, for fingers and keys: touched it is said at the foot of the page; I goes to the next one,
   Shift I to the one before, Esc takes it away. wenxiao.js brings this at the first touch or key. */
(function () {
  "use strict";
  const TITLED = "main [title]:not(.syn):not(.sorter)";
  const TYPED = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
  let shown = null;
  function away() {
    shown?.remove();
    shown = null;
  }
  function tell(one) {
    away();
    document.dispatchEvent(new CustomEvent("wenxiao:say", { detail: one.title }));
    shown = document.querySelector("#toasts > .toast:last-child");
  }
  function step(back) {
    const here = document.activeElement;
    const says = (one) => one.title !== one.innerText?.trim() || one.scrollWidth > one.clientWidth;
    const all = [...document.querySelectorAll(TITLED)].filter((one) => one.title && one.getClientRects().length && says(one));
    const side = back ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
    const own = !shown && here?.matches(TITLED) ? here : null;
    const next = own || (back ? all.reverse() : all).find((one) => here.compareDocumentPosition(one) & side);
    if (!next) return away();
    if (next.tabIndex < 0) next.tabIndex = -1;
    next.focus();
    tell(next);
  }
  document.addEventListener("wenxiao:title", (event) => {
    const { type, target, shiftKey, ctrlKey, metaKey, altKey, isComposing } = event.detail;
    if (type === "click") {
      if (!target.closest("a, button, input, select, textarea, label, summary")) tell(target.closest(TITLED) || target.closest("[title]"));
    } else if (!ctrlKey && !metaKey && !altKey && !isComposing && !target.closest?.(TYPED) && !document.querySelector("dialog[open]")) step(shiftKey);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && away());
})();
