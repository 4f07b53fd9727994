/* 问效 · what was typed outlives a login that expired: kept in this tab alone, put back once, then forgotten. */
(function () {
  "use strict";
  const KEY = "wenxiao.draft";
  const skipped = new Set(["hidden", "password", "file", "submit", "button", "image", "reset"]);
  const place = () => location.pathname + location.search;
  const who = () => document.querySelector(".who summary b")?.textContent || "";
  const fields = (form) => [...form.elements].filter((field) => field.name && !skipped.has(field.type));
  const ticked = (field) => field.type === "checkbox" || field.type === "radio";

  function read() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      return null;
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.querySelector("[type=password]") || document.querySelector("[data-lost]")) return;
    const values = fields(form).map((field) => [field.name, ticked(field) ? field.checked : field.value]);
    const draft = { place: place(), who: who(), form: [...document.forms].indexOf(form), action: form.getAttribute("action"), values };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(draft));
    } catch {
      sessionStorage.removeItem(KEY);
    }
  });

  function putBack(draft) {
    const form = document.forms[draft.form];
    if (!form || form.getAttribute("action") !== draft.action) return false;
    let changed = false;
    fields(form).forEach((field, at) => {
      const [name, value] = draft.values[at] || [];
      const now = ticked(field) ? field.checked : field.value;
      if (name !== field.name || value === now) return;
      if (ticked(field)) field.checked = value;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      changed = true;
    });
    if (!changed) return false;
    for (let box = form.parentElement; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true;
    const dialog = form.closest("dialog");
    if (dialog && !dialog.open) dialog.showModal();
    return true;
  }

  /* After every other script of the page: the filling grid must be listening when its cells change. */
  document.addEventListener("DOMContentLoaded", () => {
    const draft = read();
    if (draft && document.querySelector("[data-lost]")) {
      sessionStorage.setItem(KEY, JSON.stringify({ ...draft, lost: true }));
    } else if (draft) {
      sessionStorage.removeItem(KEY);
      if (draft.lost && draft.place === place() && draft.who === who() && putBack(draft)) {
        document.dispatchEvent(new CustomEvent("wenxiao:say", { detail: "上次没有写入的内容已经放回，请核对后再提交。" }));
      }
    }
  }, { once: true });
})();
