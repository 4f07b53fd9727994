/* 问效 · the rows of a target under review: filters without leaving the page, keys for rows, marks and the next
   target; a typed mark isn't lost unasked. Without it the filters are links. */
(function () {
  "use strict";
  const rows = [...document.querySelectorAll("tr[data-row]")];
  if (!rows.length) return;
  const chips = [...document.querySelectorAll("[data-see]")];
  const signs = (row) => row.dataset.row.split(" ").filter(Boolean);
  const shown = () => rows.filter((row) => !row.hidden);
  const chip = (key) => chips.find((one) => one.dataset.see === key);

  function see(one) {
    for (const each of chips) each.removeAttribute("aria-current");
    one.setAttribute("aria-current", "true");
    for (const row of rows) row.hidden = Boolean(one.dataset.see) && !signs(row).includes(one.dataset.see);
    history.replaceState(null, "", one.href);
  }
  for (const one of chips) {
    one.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      see(one);
    });
  }

  const keys = document.querySelector("[data-row-keys]");
  if (!keys) return;
  keys.hidden = false;
  const here = () => document.activeElement?.closest("tr[data-row]");
  function to(row) {
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }
  function step(list, by) {
    const all = shown();
    const now = all.indexOf(here());
    const further = list.filter((row) => (by > 0 ? all.indexOf(row) > now : all.indexOf(row) < now));
    to(by > 0 ? further[0] || list[0] : further.at(-1) || list.at(-1));
  }
  const typing = () => document.activeElement?.matches("input, textarea, select, [role=combobox]") || document.querySelector("dialog[open]");
  const acts = {
    j: () => step(shown(), 1),
    k: () => step(shown(), -1),
    m: () => (here() || shown()[0])?.querySelector(".row-note")?.focus(),
    d: () => {
      const changed = chip("changed");
      if (changed) see(changed.getAttribute("aria-current") ? chip("") : changed);
    },
    n: () => document.querySelector("[data-next]")?.click(),
    p: () => document.querySelector("[data-before]")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && document.activeElement?.matches(".row-note")) return to(here());
    if (event.key === "F8") {
      event.preventDefault();
      return step(shown().filter((row) => signs(row).length), 1);
    }
    const act = acts[event.key.toLowerCase()];
    if (!act || typing()) return;
    event.preventDefault();
    act();
  });

  let sent = false;
  const notes = rows.map((row) => row.querySelector(".row-note")).filter(Boolean);
  document.getElementById("judge")?.addEventListener("submit", () => (sent = true));
  window.addEventListener("beforeunload", (event) => {
    if (!sent && notes.some((note) => note.value.trim())) event.preventDefault();
  });
})();
