/* 问效 · the grid over a form of hundreds of rows: keys, blocks, undo, finding, sorting and widths as in a table program.
   Tabulator draws it; the form keeps the names of what is sent. Without either the form is edited and posted as it stands. */
(function () {
  "use strict";
  const form = document.querySelector("[data-many-rows]");
  if (!form || !window.Tabulator || !window.Blocks) return;
  const plain = form.querySelector("[data-plain-rows]");
  const said = form.querySelector("[data-said]");
  const find = form.querySelector("#many-find");
  const only = form.querySelector("[data-only-changed]");
  const WIDTHS = `wenxiao.widths.${location.pathname}`;
  const MOST_ACTS = 200;

  const say = (text, bad) => {
    said.textContent = text;
    said.classList.toggle("bad", Boolean(bad));
  };
  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(WIDTHS)) || {};
    } catch {
      return {};
    }
  };

  /* ── what the form says: columns from its head, rows from its fields ── */
  const heads = [...plain.querySelectorAll("th[data-column]")].map((head, at) => {
    const box = plain.querySelector(`tbody tr td:nth-child(${at + 2}) select`);
    const choices = box && [...box.options].map((one) => ({ value: one.value, word: one.textContent.trim() }));
    return { name: head.dataset.column, word: head.textContent.trim(), width: Number(head.dataset.width), fixed: "fixed" in head.dataset, choices };
  });
  const open = heads.filter((head) => !head.fixed);
  const state = new Map(); /* by line: what is stored, and what was refused */
  const texts = (cell) => {
    const field = cell.querySelector("[data-cell]");
    if (!field) return [cell.textContent.trim(), cell.textContent.trim()];
    if (field.tagName === "SELECT") return [field.value, ([...field.options].find((one) => one.defaultSelected) || field.options[0]).value];
    return [field.value, field.dataset.stored ?? field.defaultValue];
  };
  const data = [...plain.querySelectorAll("tbody tr")].map((row) => {
    const line = Number(row.querySelector("[name=line]").value);
    const one = { id: line, pk: row.dataset.row, address: row.querySelector("a").getAttribute("href"), seen: row.querySelector("[data-seen]")?.value };
    const kept = { stored: {}, faults: {} };
    heads.forEach((head, at) => {
      const cell = row.cells[at + 1];
      [one[head.name], kept.stored[head.name]] = texts(cell);
      const told = cell.querySelector("[data-told]");
      if (told) kept.faults[head.name] = told.textContent.trim();
    });
    state.set(line, kept);
    return one;
  });
  const differs = (row, name) => row[name] !== state.get(row.id).stored[name];
  const changed = (row) => open.some((head) => differs(row, head.name));
  const wordOf = (head, value) => head.choices?.find((one) => one.value === value)?.word ?? value;

  /* ── drawing ── */
  function drawn(head) {
    return (cell) => {
      const row = cell.getRow().getData();
      const fault = state.get(row.id).faults[head.name];
      const element = cell.getElement();
      element.classList.toggle("changed", !head.fixed && differs(row, head.name));
      element.classList.toggle("at-fault", Boolean(fault));
      element.title = fault || "";
      const box = document.createElement("span");
      box.textContent = wordOf(head, cell.getValue());
      if (!fault) return box;
      const told = document.createElement("small");
      told.className = "told";
      told.textContent = fault;
      box.append(told);
      return box;
    };
  }
  function numbered(cell) {
    const row = cell.getRow().getData();
    const link = document.createElement("a");
    link.href = row.address;
    link.textContent = String(row.id);
    link.tabIndex = -1;
    cell.getElement().classList.toggle("at-fault", Object.keys(state.get(row.id).faults).length > 0);
    return link;
  }

  /* ── editing one cell: Enter and Tab store it and go on, Alt-Enter breaks the line, Esc leaves it as it was ── */
  let begun = null; /* what was typed to begin with, if typing began it */
  let onward = null;
  function editor(head) {
    return (cell, onRendered, success, cancel) => {
      const field = document.createElement(head.choices ? "select" : "textarea");
      field.className = "many-editor";
      field.setAttribute("aria-label", `第 ${cell.getRow().getData().id} 行${head.word}`);
      if (head.choices) for (const one of head.choices) field.add(new Option(one.word, one.value, false, one.value === cell.getValue()));
      else field.value = begun ?? cell.getValue();
      begun = null;
      let over = false;
      const end = (store, step) => {
        if (over) return;
        over = true;
        onward = step;
        if (store) success(field.value);
        else cancel();
        go();
      };
      field.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.isComposing) return;
        if (event.key === "Escape") end(false, null);
        else if (event.key === "Enter" && event.altKey && !head.choices) field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
        else if (event.key === "Enter") end(true, event.shiftKey ? "up" : "down");
        else if (event.key === "Tab") end(true, event.shiftKey ? "left" : "right");
        else return;
        event.preventDefault();
      });
      for (const kind of ["copy", "cut", "paste"]) field.addEventListener(kind, (event) => event.stopPropagation());
      field.addEventListener("mousedown", (event) => event.stopPropagation());
      field.addEventListener("blur", () => end(true, null));
      onRendered(() => {
        field.focus({ preventScroll: true });
        field.setSelectionRange?.(field.value.length, field.value.length);
      });
      return field;
    };
  }

  const place = document.createElement("div");
  place.className = "many-grid";
  plain.before(place);
  plain.hidden = true;
  plain.querySelectorAll("input, select, textarea").forEach((field) => (field.disabled = true));
  form.querySelectorAll("[data-with-grid]").forEach((one) => (one.hidden = false));
  const widths = kept();
  const small = matchMedia("(max-width: 760px)").matches;
  const table = new window.Tabulator(place, {
    data,
    index: "id",
    height: small ? "70vh" : "max(320px, calc(100vh - 330px))",
    layout: "fitData",
    columnDefaults: { headerSortTristate: true, resizable: "header", minWidth: 60, headerHozAlign: "left" },
    headerSortClickElement: "icon",
    editTriggerEvent: matchMedia("(pointer: coarse)").matches ? "click" : "dblclick",
    selectableRange: 1,
    selectableRangeAutoFocus: false,
    selectableRangeColumns: true,
    selectableRangeRows: true,
    rowHeader: { title: "行", field: "id", frozen: true, width: 52, headerSort: false, resizable: false, formatter: numbered },
    columns: heads.map((head) => ({
      title: head.word,
      field: head.name,
      width: widths[head.name] || Math.min(head.width, small ? 180 : head.width),
      formatter: drawn(head),
      sorter: (one, two) => String(one).localeCompare(String(two), "zh-CN", { numeric: true }),
      ...(head.fixed ? {} : { editor: editor(head) }),
    })),
    placeholder: "没有符合的行",
  });

  table.on("columnResized", (column) => {
    const now = { ...kept(), [column.getField()]: column.getWidth() };
    try {
      localStorage.setItem(WIDTHS, JSON.stringify(now));
    } catch {
      /* kept for this visit alone */
    }
  });

  /* ── every change passes here: marked, counted, undone as one act ── */
  const past = [];
  const undone = [];
  let act = null;
  let replaying = false;
  function count() {
    const rows = data_().filter(changed);
    const cells = rows.reduce((sum, row) => sum + open.filter((head) => differs(row, head.name)).length, 0);
    form.querySelector("[data-save]").textContent = rows.length ? `保存改动（${rows.length} 行 ${cells} 格）` : "保存改动";
    return rows.length;
  }
  const data_ = () => table.getData();
  function done() {
    if (act && act.length) {
      past.push(act);
      undone.length = 0;
      if (past.length > MOST_ACTS) past.shift();
    }
    act = null;
    count();
  }
  table.on("cellEdited", (cell) => {
    const [row, name] = [cell.getRow().getData(), cell.getField()];
    delete state.get(row.id).faults[name];
    if (replaying) return;
    const one = { line: row.id, name, from: cell.getOldValue(), to: cell.getValue() };
    if (act) act.push(one);
    else {
      act = [one];
      done();
      redraw([row.id]);
    }
  });
  const clean = (value) => value.replace(/\r\n?/g, "\n");
  function put(row, name, value) {
    const head = heads.find((one) => one.name === name);
    if (!head || head.fixed) return false;
    let text = clean(value);
    if (head.choices) {
      const choice = head.choices.find((one) => one.word === text.trim() || one.value === text.trim());
      if (!choice) {
        state.get(row.getData().id).faults[name] = `“${text.slice(0, 20)}”不在可选的里面，这一格没有改；可填：${head.choices.map((one) => one.word || "空").join("、")}。`;
        return null;
      }
      text = choice.value;
    }
    if (row.getData()[name] === text) return false;
    row.getCell(name).setValue(text);
    return true;
  }
  function together(work) {
    act = [];
    table.blockRedraw();
    const touched = work();
    table.restoreRedraw();
    done();
    redraw(touched);
  }
  function redraw(lines) {
    for (const line of new Set(lines)) {
      const row = table.getRow(line);
      if (!row) continue;
      row.reformat();
    }
  }
  function back(from, onto, word) {
    const changes = from.pop();
    if (!changes) {
      say(word === "撤销" ? "没有可撤销的" : "没有可重做的");
      return;
    }
    replaying = true;
    table.blockRedraw();
    let left = 0;
    for (const one of changes) {
      const row = table.getRow(one.line);
      const [now, then] = word === "撤销" ? [one.to, one.from] : [one.from, one.to];
      if (row.getData()[one.name] === now) row.getCell(one.name).setValue(then);
      else left += 1; // changed since by something else: not ours to take back
    }
    table.restoreRedraw();
    replaying = false;
    onto.push(changes);
    count();
    redraw(changes.map((one) => one.line));
    say(`已${word} ${changes.length - left} 格${left ? `；${left} 格后来又改过，没有动` : ""}`);
  }

  /* ── where one is: the picked block ── */
  const range = () => table.getRanges()[0];
  function block() {
    const picked = range();
    if (!picked) return [];
    const names = picked.getColumns().map((column) => column.getField()).filter((name) => name !== "id");
    return picked.getRows().map((row) => names.map((name) => ({ row, name })));
  }
  const KEYS = { up: "ArrowUp", down: "ArrowDown", left: "ArrowLeft", right: "ArrowRight" };
  function press(step) {
    place.dispatchEvent(new KeyboardEvent("keydown", { key: KEYS[step], bubbles: true }));
    place.dispatchEvent(new KeyboardEvent("keyup", { key: KEYS[step], bubbles: true }));
  }
  function go() {
    const step = onward;
    onward = null;
    if (step) setTimeout(() => press(step), 20); // once the table has its focus back
  }
  function edit(first) {
    const [line] = block();
    if (!line || !line.length) return;
    const head = heads.find((one) => one.name === line[0].name);
    if (head.fixed) {
      say(`“${head.word}”在这里只看不改`);
      return;
    }
    begun = head.choices ? null : first;
    line[0].row.getCell(line[0].name).edit();
  }
  const editing = () => place.querySelector(".many-editor");

  place.addEventListener(
    "keydown",
    (event) => {
      if (editing() || !event.isTrusted) return;
      const key = event.key.toLowerCase();
      if (event.ctrlKey || event.metaKey) {
        if (key === "z" && !event.shiftKey) back(past, undone, "撤销");
        else if (key === "y" || (key === "z" && event.shiftKey)) back(undone, past, "重做");
        else if (key === "d") fillDown();
        else if (key === "f") find.focus();
        else if (key === "s") form.requestSubmit();
        else return;
      } else if (event.key === "Enter") press(event.shiftKey ? "up" : "down");
      else if (event.key === "F2") edit(null);
      else if (event.key === "Delete" || event.key === "Backspace") clear();
      else if (event.key === "Process" || event.keyCode === 229) {
        edit(""); // an input method begins: its signs go into the field
        return;
      } else if (event.key.length === 1 && !event.altKey) edit(event.key);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  function clear() {
    together(() => block().flatMap((line) => line.filter(({ row, name }) => put(row, name, "")).map(({ row }) => row.getData().id)));
    say("已清空选中的格，可撤销");
  }
  function fillDown() {
    const picked = block();
    if (picked.length < 2) {
      say("先选中几行，再按 Ctrl+D 把第一行填下去");
      return;
    }
    const first = picked[0].map(({ row, name }) => row.getData()[name]);
    together(() => picked.slice(1).flatMap((line) => line.filter(({ row, name }, at) => put(row, name, first[at])).map(({ row }) => row.getData().id)));
    say(`已向下填 ${picked.length - 1} 行，可撤销`);
  }
  place.addEventListener("copy", (event) => {
    const picked = block();
    if (editing() || !picked.length) return;
    event.preventDefault();
    const words = picked.map((line) => line.map(({ row, name }) => wordOf(heads.find((one) => one.name === name), row.getData()[name])));
    event.clipboardData.setData("text/plain", window.Blocks.joined(words));
    say(`已复制 ${words.length} 行 ${words[0].length} 列`);
  });
  place.addEventListener("paste", (event) => {
    if (editing()) return;
    const text = clean(event.clipboardData?.getData("text/plain") || "");
    const picked = block();
    if (!text || !picked.length) return;
    event.preventDefault();
    const lines = window.Blocks.parts(text);
    const rows = table.getRows("active");
    const from = rows.findIndex((row) => row.getData().id === picked[0][0].row.getData().id);
    const left = heads.findIndex((head) => head.name === picked[0][0].name);
    /* One line into a taller block fills it, as in a table program. */
    const tall = lines.length === 1 && picked.length > 1 ? picked.map(() => lines[0]) : lines;
    let [wide, refused, cells] = [0, 0, 0];
    together(() => {
      const touched = [];
      tall.forEach((line, down) => {
        const row = rows[from + down];
        if (!row) return;
        line.forEach((value, right) => {
          const head = heads[left + right];
          if (!head) {
            wide = Math.max(wide, left + right + 1 - heads.length);
            return;
          }
          const done = put(row, head.name, value.trim());
          if (done === null) refused += 1;
          if (done) cells += 1;
          if (done !== false) touched.push(row.getData().id);
        });
      });
      return touched;
    });
    const beyond = tall.length - (rows.length - from);
    say(`粘贴了 ${Math.min(tall.length, rows.length - from)} 行，改了 ${cells} 格${beyond > 0 ? `；多出的 ${beyond} 行没有地方放` : ""}${wide ? `；多出的 ${wide} 列没有地方放` : ""}${refused ? `；${refused} 格认不出，见红字` : ""}`, refused);
  });

  /* ── finding ── */
  function narrow() {
    const wanted = find.value.trim().toLowerCase();
    if (!wanted && !only.checked) table.clearFilter();
    else
      table.setFilter(
        (row) =>
          (!only.checked || changed(row) || Object.keys(state.get(row.id).faults).length > 0) &&
          (!wanted || heads.some((head) => wordOf(head, row[head.name]).toLowerCase().includes(wanted))),
      );
  }
  find.addEventListener("input", narrow);
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // finding is no saving
    say(`找到 ${table.getDataCount("active")} 行`);
  });
  only.addEventListener("change", narrow);
  form.querySelector("[data-undo]").addEventListener("click", () => back(past, undone, "撤销"));
  form.querySelector("[data-redo]").addEventListener("click", () => back(undone, past, "重做"));

  /* ── saving: the changed rows alone, under the names of the form; all of them or none ── */
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (busy) return;
    const rows = data_().filter(changed);
    if (!rows.length) {
      say("没有改动");
      return;
    }
    const sent = new FormData(form);
    for (const row of rows) {
      sent.append("row", row.pk);
      sent.append("line", row.id);
      if (row.seen) sent.append(`seen-${row.pk}`, row.seen);
      for (const head of open) sent.append(`${head.name}-${row.pk}`, row[head.name]);
    }
    busy = true;
    say("正在保存…");
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("not told");
      const told = await answer.json();
      for (const one of state.values()) one.faults = {};
      if (told.error) refuse(told, rows);
      else settle(told, rows);
    } catch {
      say("没有存上：网络不通、登录已过期或没有权限。改的都还在本页，恢复后再存。", true);
    }
    busy = false;
  });
  function refuse(told, rows) {
    const lines = new Map(rows.map((row) => [String(row.pk), row.id]));
    for (const fault of told.faults || []) {
      const line = lines.get(String(fault.row));
      if (line) state.get(line).faults[fault.column] = fault.sentence;
    }
    redraw(rows.map((row) => row.id));
    say(told.error, true);
    const first = (told.faults || [])[0];
    if (first && lines.has(String(first.row))) table.scrollToRow(lines.get(String(first.row)), "center", true).catch(() => {});
  }
  function settle(told, rows) {
    replaying = true;
    for (const row of rows) {
      const now = told.rows[row.pk];
      if (!now) continue; // as it stood
      state.get(row.id).stored = { ...state.get(row.id).stored, ...now.cells };
      table.getRow(row.id).update({ ...now.cells, pk: String(now.pk), address: now.address, seen: now.seen });
    }
    replaying = false;
    past.length = 0; // what is stored is taken back by another revision, not by a key
    undone.length = 0;
    count();
    redraw(rows.map((row) => row.id));
    say(told.said);
  }

  window.addEventListener("beforeunload", (event) => {
    if (data_().some(changed)) event.preventDefault();
  });
  table.on("tableBuilt", () => {
    /* What scrolls is what has the focus: to those who listen, it is the group of rows. */
    const holder = place.querySelector(".tabulator-tableholder");
    const body = holder.querySelector(".tabulator-table");
    holder.setAttribute("role", "rowgroup");
    body.setAttribute("role", "presentation");
    place.removeAttribute("aria-owns");
    place.setAttribute("aria-label", plain.querySelector("caption").textContent);
    const first = data.find((row) => Object.keys(state.get(row.id).faults).length);
    if (first) table.scrollToRow(first.id, "center", true).catch(() => {});
    count();
  });
})();
