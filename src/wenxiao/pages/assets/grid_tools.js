/* 问效 · the filling grid's tools: find within it, widths of its columns. What a viewer chose is kept in this browser. Without
   it the browser's own search and widths stand. */
(function () {
  "use strict";
  const form = document.querySelector("[data-grid]");
  const table = form?.querySelector("table");
  if (!table?.tHead) return;
  const heads = [...table.tHead.rows[0].cells];
  const rows = () => [...table.tBodies[0].rows];
  const words = (cell) => cell.innerText.replace(/\s+/g, " ").trim();
  const make = (tag, className, text) => {
    const one = document.createElement(tag);
    one.className = className;
    if (text) one.textContent = text;
    return one;
  };

  /* ── widths: drag a head's edge, or Alt ← → in a cell; a double click gives the column its own width back ── */
  const NAME = `table:${location.pathname.replace(/\d+/g, "#")}:${words(table.caption)}`;
  const LEAST = 48;
  const known = { widths: {} };
  try {
    Object.assign(known, JSON.parse(localStorage.getItem(NAME)));
  } catch {
    /* Nothing was kept. */
  }
  function paint(at, width) {
    for (const cell of [heads[at], ...rows().map((row) => row.cells[at])].filter(Boolean)) {
      cell.classList.toggle("sized", Boolean(width));
      cell.style.width = cell.style.minWidth = cell.style.maxWidth = width ? `${width}px` : "";
    }
  }
  function widen(at, width) {
    const name = words(heads[at]);
    if (width) known.widths[name] = Math.max(LEAST, Math.round(width));
    else delete known.widths[name];
    paint(at, known.widths[name]);
    try {
      localStorage.setItem(NAME, JSON.stringify(known));
    } catch {
      /* A browser that keeps nothing: the width holds for this page. */
    }
  }
  heads.forEach((cell, at) => {
    const grip = make("span", "grip");
    grip.setAttribute("aria-hidden", "true");
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      grip.setPointerCapture(event.pointerId);
      const [from, wide] = [event.clientX, cell.offsetWidth];
      grip.onpointermove = (moved) => widen(at, wide + moved.clientX - from);
      grip.onpointerup = grip.onpointercancel = () => (grip.onpointermove = null);
    });
    grip.addEventListener("dblclick", () => widen(at, 0));
    cell.append(grip);
    cell.title = "拖右边的线改列宽；在格里按 Alt ← → 也可以";
    const kept = known.widths[words(cell)];
    if (kept) paint(at, kept);
  });

  /* ── find ── */
  const box = make("div", "grid-find");
  box.setAttribute("role", "search");
  box.setAttribute("aria-label", "在填报表里查找");
  box.hidden = true;
  const field = make("input", "in");
  field.type = "search";
  field.setAttribute("aria-label", "在填报表里找什么");
  field.placeholder = "指标、完成值、说明";
  const told = make("span", "quiet small nowrap");
  told.setAttribute("aria-live", "polite");
  const button = (text, act, className = "btn sm") => {
    const one = make("button", className, text);
    one.type = "button";
    one.addEventListener("click", act);
    return one;
  };
  box.append(field, told, button("上一处", () => go(-1)), button("下一处", () => go(1)), button("关闭", () => close()));
  const opener = button("查找", () => open(), "btn plain sm");
  opener.title = "Ctrl F";
  table.closest(".panel").querySelector("header").append(opener, box);

  const plain = (text) => text.normalize("NFKC").toLowerCase();
  function said(cell) {
    const one = cell.querySelector("[data-cell]");
    if (!one) {
      const seen = cell.cloneNode(true);
      seen.querySelectorAll(".unseen").forEach((hidden) => hidden.remove());
      return seen.textContent;
    }
    return one.tagName === "SELECT" ? (one.value && one.selectedOptions[0].text) || "" : one.value;
  }
  let found = [];
  let at = -1;
  function mark(next) {
    table.querySelectorAll(".now-found").forEach((cell) => cell.classList.remove("now-found"));
    at = found.length ? (next + found.length) % found.length : -1;
    told.textContent = found.length ? `第 ${at + 1} 处，共 ${found.length} 处` : field.value.trim() ? "没有找到" : "";
    const cell = found[at];
    if (!cell) return;
    if (!cell.offsetParent) cell.parentElement.querySelector(".more-row")?.click();
    cell.classList.add("now-found");
    cell.scrollIntoView({ block: "center", inline: "nearest" });
  }
  function look() {
    const wanted = plain(field.value.trim());
    found.forEach((cell) => cell.classList.remove("found"));
    found = wanted ? rows().flatMap((row) => [...row.cells].filter((cell) => plain(said(cell)).includes(wanted))) : [];
    found.forEach((cell) => cell.classList.add("found"));
    mark(0);
  }
  function go(step) {
    const here = found[at];
    const before = at;
    look(); // what was typed since counts too
    const again = found.indexOf(here);
    mark((again < 0 ? before : again) + step);
  }
  function open() {
    box.hidden = false;
    opener.hidden = true;
    field.focus();
    field.select();
    look();
  }
  /* Leaving the box goes on where the match stands. */
  function close() {
    const cell = found[at];
    found.forEach((one) => one.classList.remove("found", "now-found"));
    found = [];
    at = -1;
    told.textContent = "";
    box.hidden = true;
    opener.hidden = false;
    const to = cell?.querySelector("[data-cell]") || cell?.parentElement.querySelector("[data-cell]") || opener;
    to.focus();
    to.select?.();
  }
  field.addEventListener("input", look);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && event.target === field) go(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  form.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]")?.closest("td");
    if (!cell) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f") {
      event.preventDefault();
      open();
    } else if (event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      event.preventDefault();
      widen(cell.cellIndex, cell.offsetWidth + (event.key === "ArrowRight" ? 16 : -16));
    }
  });
})();
