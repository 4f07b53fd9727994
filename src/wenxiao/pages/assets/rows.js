/* 问效 · rows of lists in a narrow box: a row shows its name, its act and two lines, and opens where one touches “⋯”. What is
   typed in a row stands there as words until it opens; a field that must stay in sight is marked data-keep, what comes first
   data-first. Without it each row stands whole. */
(function () {
  "use strict";
  const LEAST = 2;
  const FIELDS = "input:not([type=hidden], [type=checkbox], [type=radio], [type=submit]), select, textarea";
  const text = (cell) => (cell?.innerText || "").replace(/\s+/g, " ").trim();

  const said = (field) => (field.tagName === "SELECT" ? (field.value && field.selectedOptions[0]?.text) || "" : field.value).trim();
  const typed = (cell) => [...cell.querySelectorAll(FIELDS)].filter((field) => !field.closest("details:not([open])"));

  /* What each cell of a folded row is: a field kept as words, an act, nothing said, or a fact. */
  function sort(row) {
    for (const cell of row.cells) {
      if (cell.matches("[data-keep], .tick, th")) continue;
      const fields = typed(cell);
      const box = cell.querySelector("input[type=checkbox]");
      const words = text(cell);
      cell.classList.toggle("held", fields.length > 0);
      if (fields.length) cell.dataset.held = fields.map(said).filter(Boolean).join(" ");
      cell.classList.toggle("void", fields.length ? !cell.dataset.held : !box && (words === "—" || words === ""));
      cell.classList.toggle("tick-cell", Boolean(box) && !fields.length && cell.matches(".bare") && !words);
      cell.classList.toggle("act", !fields.length && Boolean(cell.querySelector("form button, .btn")));
    }
  }
  const wrong = (row) => row.matches(".at-fault") || row.querySelector("[aria-invalid=true], .err, [role=alert]:not([hidden]):not(:empty)");

  function fold(table) {
    const body = table.tBodies[0];
    const rows = body ? [...body.rows].filter((row) => !row.matches(".group")) : [];
    if (table.classList.contains("two-lines") || rows.length < LEAST || !table.tHead || table.tHead.rows[0].cells.length < 3) return;
    const entry = (row) => [...row.cells].every((cell) => cell.matches("th") || typed(cell).length);
    if (!rows.some((row) => row.querySelector("th")) || rows.every(entry)) return;
    for (const row of rows) {
      const first = row.querySelector("th");
      if (!first) {
        row.classList.add("open");
        continue;
      }
      sort(row);
      const more = document.createElement("button");
      more.type = "button";
      more.className = "more-row";
      more.textContent = "⋯";
      more.setAttribute("aria-label", `展开：${text(first)}`);
      more.addEventListener("click", () => turn(row, !row.classList.contains("open")));
      first.append(more);
      turn(row, Boolean(wrong(row)));
    }
    table.classList.add("two-lines");
  }
  function turn(row, open) {
    if (!open) sort(row);
    row.classList.toggle("open", open);
    row.classList.toggle("fold", !open);
    row.querySelector(".more-row").setAttribute("aria-expanded", String(open));
  }
  /* What is asked for is not left folded: the row an address names, a field that is refused, a fold opened within. */
  const reveal = (one) => {
    const row = one?.closest?.(".two-lines > tbody > tr:not(.group)");
    if (row?.querySelector(".more-row")) turn(row, true);
  };
  const named = () => location.hash.length > 1 && reveal(document.getElementById(decodeURIComponent(location.hash.slice(1))));
  const all = () => {
    document.querySelectorAll("main .scroll > table.t.cards").forEach(fold);
    named();
  };
  all();
  document.addEventListener("htmx:afterSettle", all);
  window.addEventListener("hashchange", named);
  document.addEventListener("invalid", (event) => reveal(event.target), true);
  document.addEventListener("toggle", (event) => event.target.open && reveal(event.target), true);
})();
