/* 问效 · one head for every list: sort, choose and widen columns, row height, copy as a table for WPS and Excel. What was
   chosen is remembered in this browser. Without it each table stands as the server sent it. */
(function () {
  "use strict";
  const LEAST = 4;
  const text = (cell) => (cell?.innerText || "").replace(/\s+/g, " ").trim();
  const make = (tag, className, words) => {
    const one = document.createElement(tag);
    if (className) one.className = className;
    if (words) one.textContent = words;
    return one;
  };
  const button = (words, className = "btn plain sm") => {
    const one = make("button", className, words);
    one.type = "button";
    return one;
  };

  /* What a cell is ordered by: a number, a day, else its words; what is missing stands last both ways. */
  function key(cell) {
    const said = text(cell);
    if (!said || said === "—" || cell.querySelector(".none")) return null;
    const day = said.match(/^(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日/);
    if (day) return Number(day[1] || 0) * 10000 + Number(day[2]) * 100 + Number(day[3]);
    const number = said.replace(/,/g, "").match(/[-−+]?\d+(\.\d+)?/);
    const plain = /^[-−+]?[\d,]+(\.\d+)?\s*(%|个|条|项|天|万元|分|次)?$/.test(said);
    if (number && (plain || cell.classList.contains("r"))) return Number(number[0].replace("−", "-"));
    return said;
  }
  function compare(one, other) {
    if (typeof one === "number" && typeof other === "number") return one - other;
    return String(one).localeCompare(String(other), "zh-Hans-CN", { numeric: true });
  }

  /* A chosen view travels over the jump to its page and is taken there once. */
  const TRAVELS = "table-view";
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-look]");
    if (!link) return;
    try {
      sessionStorage.setItem(TRAVELS, link.dataset.look);
    } catch {
      /* The conditions stand in the address; only the look stays as it is. */
    }
  });
  let wanted = null;
  try {
    wanted = JSON.parse(sessionStorage.getItem(TRAVELS));
    sessionStorage.removeItem(TRAVELS);
  } catch {
    wanted = null;
  }

  /* The head of each column, and the heads that stand over several: [cell, first column, columns]. */
  function columns(head) {
    const [above, below] = [...head].map((row) => [...row.cells]);
    if (!below) return [above, []];
    const heads = [];
    const over = [];
    for (const cell of above) {
      if (cell.rowSpan > 1) heads.push(cell);
      else {
        over.push([cell, heads.length, cell.colSpan]);
        heads.push(...below.splice(0, cell.colSpan));
      }
    }
    return [below.length ? [] : heads, over];
  }

  function dress(table) {
    const head = table.tHead?.rows;
    const body = table.tBodies[0];
    if (!body || !head?.length || table.dataset.dressed || body.rows.length < LEAST || table.querySelector(".cell")) return;
    if (head.length > 2 || table.matches(".fill-t, .fill-grid, .marking, .matrix, .heat, .bullets")) return;
    const [heads, over] = columns(head);
    if (!heads.length || heads.some((cell) => cell.colSpan > 1)) return;
    table.dataset.dressed = "1";
    const name = `table:${location.pathname.replace(/\d+/g, "#")}:${table.caption?.textContent.trim().replace(/\d+/g, "#") || ""}`;
    const known = (() => {
      try {
        return JSON.parse(localStorage.getItem(name)) || {};
      } catch {
        return {};
      }
    })();
    const remember = () => {
      try {
        localStorage.setItem(name, JSON.stringify(known));
      } catch {
        /* A browser that keeps nothing: the choice holds for this page. */
      }
    };
    const seen = wanted?.table === name ? wanted : null;
    if (seen) {
      Object.assign(known, { hidden: seen.hidden || [], widths: seen.widths || {}, height: seen.height || "" });
      remember();
    }
    let sorted = [];
    const rows = [...table.rows].filter((row) => row.parentElement !== table.tHead);
    const cells = (at) => [heads[at], ...rows.map((row) => row.cells[at])].filter((cell) => cell?.colSpan === 1);
    const paged = Boolean(table.closest(".panel")?.querySelector(".pager a"));

    /* Sort: whole groups stay where they are, rows move within them. */
    function sort(at, down) {
      let part = [];
      const rows = [...body.rows];
      const parts = [part];
      for (const row of rows) {
        if (row.matches(".group") || row.cells.length !== heads.length) {
          part = [];
          parts.push({ row }, part);
        } else part.push(row);
      }
      const order = [];
      for (const one of parts) {
        if (one.row) order.push(one.row);
        else {
          const keyed = one.map((row, number) => ({ row, number, key: key(row.cells[at]) }));
          keyed.sort((a, b) => {
            if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.number - b.number;
            return (down ? -1 : 1) * compare(a.key, b.key) || a.number - b.number;
          });
          order.push(...keyed.map((each) => each.row));
        }
      }
      body.append(...order);
      sorted = [text(heads[at]), down];
      heads.forEach((cell, number) => {
        if (number === at) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        else cell.removeAttribute("aria-sort");
      });
    }

    heads.forEach((cell, at) => {
      const words = text(cell);
      const nameless = cell.querySelector(".unseen")?.textContent.trim() === cell.textContent.trim();
      if (!words || nameless || cell.querySelector("a, button, input")) return;
      const sorter = button("", "sorter");
      sorter.append(...cell.childNodes);
      sorter.title = paged ? "按这一列排本页的行" : "按这一列排";
      sorter.addEventListener("click", () => sort(at, cell.getAttribute("aria-sort") === "ascending"));
      const grip = make("span", "grip");
      grip.setAttribute("aria-hidden", "true");
      const widen = (width) => {
        cell.style.width = cell.style.minWidth = `${Math.max(48, Math.round(width))}px`;
        known.widths = { ...known.widths, [words]: Math.max(48, Math.round(width)) };
        remember();
      };
      sorter.addEventListener("keydown", (event) => {
        if (!event.altKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
        event.preventDefault();
        widen(cell.offsetWidth + (event.key === "ArrowRight" ? 16 : -16));
      });
      grip.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        grip.setPointerCapture(event.pointerId);
        const from = event.clientX;
        const wide = cell.offsetWidth;
        grip.onpointermove = (moved) => widen(wide + moved.clientX - from);
        grip.onpointerup = () => {
          grip.onpointermove = null;
        };
      });
      cell.append(sorter, grip);
      cell.classList.add("dressed");
      if (known.widths?.[words]) cell.style.width = cell.style.minWidth = `${known.widths[words]}px`;
    });

    /* Columns, row height, copying. */
    const tools = make("div", "table-tools");
    const hidden = new Set(known.hidden || []);
    const choice = make("details", "who");
    choice.setAttribute("name", "top");
    const summary = make("summary", "btn plain sm");
    const list = make("div", "drop");
    choice.append(summary, list);
    function show() {
      heads.forEach((cell, at) => {
        const off = hidden.has(text(cell));
        for (const one of cells(at)) one.classList.toggle("off-column", off);
      });
      for (const [cell, from, many] of over) {
        const left = heads.slice(from, from + many).filter((one) => !hidden.has(text(one))).length;
        cell.classList.toggle("off-column", !left);
        cell.colSpan = left || 1;
      }
      summary.textContent = `列 ${heads.length - [...heads].filter((cell) => hidden.has(text(cell))).length}/${heads.length}`;
    }
    heads.forEach((cell, at) => {
      const words = text(cell);
      if (!words || at === 0) return;
      const label = make("label", "tick");
      const tick = make("input");
      tick.type = "checkbox";
      tick.checked = !hidden.has(words);
      tick.addEventListener("change", () => {
        if (tick.checked) hidden.delete(words);
        else hidden.add(words);
        known.hidden = [...hidden];
        remember();
        show();
      });
      label.append(tick, words);
      list.append(label);
    });
    const dense = button("行高");
    const HEIGHTS = ["", "tight", "loose"];
    const WORDS = { "": "行高：标准", tight: "行高：紧凑", loose: "行高：宽松" };
    function height() {
      table.classList.remove("tight", "loose");
      if (known.height) table.classList.add(known.height);
      dense.textContent = WORDS[known.height || ""];
    }
    dense.addEventListener("click", () => {
      known.height = HEIGHTS[(HEIGHTS.indexOf(known.height || "") + 1) % 3];
      remember();
      height();
    });
    const copy = button("复制成表");
    copy.addEventListener("click", () => {
      const lines = [...table.rows].filter((row) => row.parentElement !== table.tHead && row.offsetParent !== null);
      const grid = [heads, ...lines.map((row) => [...row.cells])].map((line) => line.filter((cell) => !cell.classList.contains("off-column")).map((cell) => text(cell).replace(/^(↕|↑|↓)\s*/, "")));
      const plain = grid.map((row) => row.join("\t")).join("\n");
      const holder = make("table");
      for (const row of grid) {
        const line = holder.insertRow();
        for (const words of row) line.insertCell().textContent = words;
      }
      const give = (event) => {
        event.preventDefault();
        event.clipboardData.setData("text/plain", plain);
        event.clipboardData.setData("text/html", holder.outerHTML);
      };
      document.addEventListener("copy", give, { once: true });
      const done = document.execCommand("copy");
      document.removeEventListener("copy", give);
      document.dispatchEvent(new CustomEvent("wenxiao:say", { detail: done ? `已复制 ${grid.length - 1} 行，可以粘贴到 WPS 或 Excel。` : "浏览器不允许复制，请选中表格后按 Ctrl C。" }));
    });
    /* Saved views: the list's conditions, its columns, their widths and the order; they stand on the server. */
    const views = make("details", "who");
    views.setAttribute("name", "top");
    const box = make("div", "drop");
    views.append(make("summary", "btn plain sm", "视图"), box);
    views.addEventListener("toggle", async () => {
      if (!views.open) return;
      try {
        const answer = await fetch(`${home}?at=${encodeURIComponent(location.pathname)}`, { headers: { "HX-Request": "true" } });
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        box.innerHTML = await answer.text();
      } catch {
        box.textContent = "没有取到，请再试一次。";
        return;
      }
      const form = box.querySelector(".save-view");
      form.addEventListener("submit", () => {
        form.elements.query.value = location.search.slice(1);
        form.elements.look.value = JSON.stringify({ table: name, hidden: [...hidden], widths: known.widths || {}, height: known.height || "", sort: sorted });
      });
    });
    const home = document.getElementById("palette")?.dataset.views;
    if (home) tools.append(views);
    tools.append(choice, dense, copy);
    (table.closest(".scroll") || table).before(tools);
    show();
    height();
    const first = seen?.sort?.length ? heads.findIndex((cell) => text(cell) === seen.sort[0]) : -1;
    if (first >= 0) sort(first, seen.sort[1]);
  }

  const all = () => document.querySelectorAll("main .scroll > table.t").forEach(dress);
  all();
  document.addEventListener("htmx:afterSettle", all);
})();
