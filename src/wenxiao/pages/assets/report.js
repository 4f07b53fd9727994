/* 问效 · writing the report: words put in at the caret, and what was typed kept until it is saved. */
(function () {
  "use strict";
  const near = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
  const typed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

  /* A field nobody clicked into has its caret at the start: words then go to the end. */
  const touched = new WeakSet();
  document.addEventListener("focusin", (event) => touched.add(event.target));

  /* What is typed stays in this browser's tab: a lost session or a closed page loses nothing. */
  function offer(box) {
    for (const field of box.querySelectorAll("[data-keep]")) {
      const kept = sessionStorage.getItem(field.dataset.keep);
      const told = document.getElementById("kept");
      if (kept === null || kept.trim() === field.value.trim()) {
        sessionStorage.removeItem(field.dataset.keep);
      } else if (told) {
        told.hidden = false;
      }
    }
  }

  document.addEventListener("input", (event) => {
    const field = near(event, "[data-keep]");
    if (field) sessionStorage.setItem(field.dataset.keep, field.value);
  });

  document.addEventListener("click", (event) => {
    const insert = near(event, "[data-insert]");
    if (insert) {
      const field = document.getElementById(insert.dataset.into);
      const [from, to] = touched.has(field) ? [field.selectionStart, field.selectionEnd] : [field.value.length, field.value.length];
      field.setRangeText(insert.dataset.insert, from, to, "end");
      field.focus();
      typed(field);
    }
    const fill = near(event, "[data-fill]");
    if (fill) typed(document.getElementById(fill.dataset.fill));
    const restore = near(event, "[data-restore]");
    const drop = near(event, "[data-drop]");
    if (restore || drop) {
      const field = document.getElementById((restore || drop).dataset.restore || drop.dataset.drop);
      const kept = sessionStorage.getItem(field.dataset.keep);
      if (restore && kept !== null) {
        field.value = kept;
        typed(field);
      } else {
        sessionStorage.removeItem(field.dataset.keep);
      }
      near(event, "#kept").hidden = true;
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => offer(event.detail.target));
  for (const saved of document.querySelectorAll("[data-forget]")) sessionStorage.removeItem(saved.dataset.forget);
  offer(document);
})();
