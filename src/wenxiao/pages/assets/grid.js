/* The filling grid: keys, blocks, undo by the cell, each row saved by itself. Without it the form still posts. */
(function () {
  "use strict";
  const form = document.querySelector("[data-grid]");
  if (!form) return;
  if (window.matchMedia("(min-width: 761px)").matches) {
    const tools = document.createElement("script");
    tools.src = document.currentScript.dataset.tools;
    document.head.append(tools);
  }
  const byId = (id) => document.getElementById(id);
  const saved = byId("saved");
  const rows = () => [...form.querySelectorAll("tr[data-row]")];
  const cells = (row) => [...row.querySelectorAll("[data-cell]")];
  const say = (text) => {
    if (saved) saved.textContent = text;
  };
  /* Undo: what each act changed, by field name: saving draws fields anew. */
  const past = [];
  const undone = [];
  let entered = null;
  let picked = [];
  const fieldOf = (name) => form.elements.namedItem(name);

  function mark(cell) {
    const untouched = cell.tagName === "SELECT" ? [...cell.options].every((o) => o.selected === o.defaultSelected) : cell.value === cell.defaultValue;
    cell.classList.toggle("changed", !untouched);
  }
  const changed = (row) => Boolean(row.querySelector(".cell.changed"));

  /* What was written since is left to its own save. */
  function settle(row, told, sent) {
    row.querySelector("[data-version]").value = told.version;
    const now = new FormData(form);
    for (const cell of cells(row)) {
      if (`${now.getAll(cell.name)}` !== `${sent.getAll(cell.name)}`) continue;
      if (cell.tagName === "SELECT") for (const o of cell.options) o.defaultSelected = o.selected;
      else cell.defaultValue = cell.value;
      mark(cell);
    }
  }
  /* The points as they are stored, field or figure. A field somebody is writing in stays. */
  function repaintPoints(row, one, own) {
    const cell = row.querySelector("[data-points-cell]");
    const field = cell?.querySelector("[data-cell]");
    if (!cell || (field?.classList.contains("changed") && !own) || field === document.activeElement) return;
    cell.innerHTML = one.points_cell;
  }
  function repaint(told, pk, sent) {
    for (const row of rows()) {
      const key = row.dataset.row;
      const one = told.rows[key];
      repaintPoints(row, one, key === pk);
      const read = row.querySelector("[data-readback]");
      if (read) {
        read.textContent = one.readback;
        read.classList.toggle("unread", one.unread);
        const cell = row.querySelector("[data-cell]");
        if (one.unread) cell.setAttribute("aria-invalid", "true");
        else cell.removeAttribute("aria-invalid");
      }
      const wrong = row.querySelector("[data-error]");
      if (told.errors[key]) {
        wrong.textContent = told.errors[key];
        wrong.hidden = false;
        row.classList.add("at-fault");
        row.querySelector("[data-version]").value = one.version;
      } else if (key === pk) {
        wrong.hidden = true;
        row.classList.remove("at-fault");
        settle(row, one, sent);
      }
      const box = row.querySelector("[data-numbers]");
      box.replaceChildren(
        ...(told.numbers[key] || []).map(([number, blocks]) => {
          const link = document.createElement("a");
          link.className = blocks ? "number block" : "number";
          link.href = `#check-${number}`;
          link.textContent = String(number);
          return link;
        }),
      );
    }
    const total = byId("total");
    if (total) total.textContent = told.total;
    byId("checks").innerHTML = told.checks;
    const version = byId("review-version");
    if (version) version.value = told.version;
    const blocked = told.blocked;
    const open = byId("open-list");
    if (open) open.innerHTML = told.open;
    const submit = byId("submit");
    if (submit) {
      submit.disabled = blocked > 0;
      byId("left").textContent = blocked ? `还有 ${blocked} 处要改好才能报送` : "提示和警告不拦报送，会一并记下";
    }
  }

  /* Points by the value they were given for: undone, it brings them back. */
  const given = {};
  let queue = Promise.resolve();
  function save(row, undoing) {
    if (!changed(row)) return queue;
    const data = new FormData(form);
    const key = row.dataset.row;
    data.set("row", key);
    queue = queue.then(async () => {
      data.set(`v${key}`, row.querySelector("[data-version]").value);
      const [was, value] = [fieldOf(`a${key}`)?.defaultValue, data.get(`a${key}`)];
      const owed = undoing && was !== value && given[`${key} ${value}`];
      if (owed) data.set(`b${key}`, owed);
      say("正在保存…");
      try {
        const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("not told");
        const told = await answer.json();
        const points = () => row.querySelector("[data-points-cell] [data-cell]")?.defaultValue;
        const before = points();
        repaint(told, key, data);
        if (before && was !== value) given[`${key} ${was}`] = before;
        const back = owed && points() === owed ? `；原来给的 ${owed} 分一起恢复` : "";
        const gone = before && points() === "" ? `；实际值改了，原来给的 ${before} 分不再算，请重新给分` : back;
        say(Object.keys(told.errors).length ? "有一行没有存上，见红字" : `已保存 ${new Date().toTimeString().slice(0, 5)}${gone}`);
      } catch {
        say("没有存上：网络不通或登录已过期。填的都还在本页，恢复后点“保存全部”。");
      }
    });
    return queue;
  }

  function enter(cell) {
    cell?.focus();
    cell?.select?.();
    return cell;
  }
  function go(cell, step) {
    const row = cell.closest("tr");
    const column = cells(row).indexOf(cell);
    const next = rows()[rows().indexOf(row) + step];
    enter(next && (cells(next)[column] || cells(next)[0]));
  }

  function across(cell, step) {
    const some = cells(cell.closest("tr"));
    return enter(some[some.indexOf(cell) + step]);
  }

  /* One act, undone as one. */
  function put(cell, value, changes) {
    if (cell.value === value) return;
    const from = cell.value;
    cell.value = value;
    if (cell.value === from) return; // no such choice
    changes.push({ name: cell.name, from, to: cell.value });
    mark(cell);
  }
  function done(changes) {
    if (!changes.length) return;
    past.push(changes);
    undone.length = 0;
    if (past.length > 200) past.shift();
  }
  function saveAll(names, undoing) {
    new Set(names.map((name) => fieldOf(name)?.closest("tr")).filter(Boolean)).forEach((row) => save(row, undoing));
  }
  function back(from, onto, word) {
    const changes = from.pop();
    if (!changes) {
      say(word === "撤销" ? "没有可撤销的" : "没有可重做的");
      return;
    }
    let left = 0;
    const names = [];
    for (const one of changes) {
      const cell = fieldOf(one.name);
      const [now, then] = word === "撤销" ? [one.to, one.from] : [one.from, one.to];
      if (!cell || cell.value !== now) left += 1; // changed since
      else {
        cell.value = then;
        mark(cell);
        names.push(one.name);
      }
    }
    onto.push(changes);
    const first = fieldOf(changes[0].name);
    first?.focus();
    entered = first && { name: first.name, value: first.value };
    saveAll(names, true);
    say(`已${word} ${names.length} 格${left ? `；${left} 格后来又改过，没有动` : ""}`);
  }
  function commit(cell) {
    if (entered && entered.name === cell.name && entered.value !== cell.value) done([{ name: cell.name, from: entered.value, to: cell.value }]);
    entered = { name: cell.name, value: cell.value };
  }

  /* Blocks. */
  function pick(to, from) {
    unpick();
    const all = rows();
    const [r1, r2] = [all.indexOf(from.closest("tr")), all.indexOf(to.closest("tr"))].sort((a, b) => a - b);
    const [c1, c2] = [cells(from.closest("tr")).indexOf(from), cells(to.closest("tr")).indexOf(to)].sort((a, b) => a - b);
    picked = all.slice(r1, r2 + 1).map((row) => cells(row).slice(c1, c2 + 1));
    picked.flat().forEach((cell) => cell.classList.add("picked"));
  }
  function unpick() {
    picked.flat().forEach((cell) => cell.classList.remove("picked"));
    picked = [];
  }
  let anchor = null;
  function grow(cell, down, right) {
    const last = picked.length ? (picked.at(-1).includes(anchor) ? picked[0] : picked.at(-1)) : null;
    const edge = last ? (last.at(-1) === anchor || last.length === 1 ? last[0] : last.at(-1)) : cell;
    anchor = picked.length ? anchor : cell;
    const row = rows()[rows().indexOf(edge.closest("tr")) + down];
    const target = row && cells(row)[cells(edge.closest("tr")).indexOf(edge) + right];
    if (target) pick(target, anchor);
  }
  /* A field has one line: breaks inside a value were layout, inside a text they part words. */
  const oneLine = (value, cell) => value.replace(/\s*\n\s*/g, cell.classList.contains("text") ? " " : "").trim();

  form.addEventListener("input", (event) => event.target.matches("[data-cell]") && mark(event.target));
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-cell]")) return;
    mark(event.target);
    commit(event.target);
  });
  form.addEventListener("focusin", (event) => {
    if (!picked.flat().includes(event.target)) unpick(); // whoever went on works there
    if (event.target.matches("[data-cell]")) entered = { name: event.target.name, value: event.target.value };
  });
  form.addEventListener("focusout", (event) => {
    const row = event.target.closest?.("tr[data-row]");
    const to = event.relatedTarget;
    if (event.target.matches("[data-cell]")) commit(event.target);
    if (row && !(to?.matches("[data-cell]") && row.contains(to))) save(row);
  });
  form.addEventListener("mousedown", (event) => {
    if (!event.shiftKey || !event.target.matches("[data-cell]")) {
      unpick();
      return;
    }
    const from = document.activeElement;
    if (from?.matches("[data-cell]") && from !== event.target) {
      event.preventDefault();
      anchor = from;
      pick(event.target, from);
    }
  });
  form.addEventListener("copy", (event) => {
    if (picked.flat().length < 2) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", window.Blocks.joined(picked.map((line) => line.map((cell) => cell.value))));
    say(`已复制 ${picked.length} 行 ${picked[0].length} 列`);
  });

  const whole = (cell) => cell.tagName === "SELECT" || (cell.selectionStart === 0 && cell.selectionEnd === cell.value.length);
  const atStart = (cell) => whole(cell) || cell.selectionEnd === 0;
  const atEnd = (cell) => whole(cell) || cell.selectionStart === cell.value.length;
  function onControl(event, cell) {
    const key = event.key.toLowerCase();
    const typing = entered && entered.name === cell.name && entered.value !== cell.value;
    if (key === "enter") save(cell.closest("tr")).then(() => byId("submit")?.focus());
    else if (key === "d") {
      const changes = [];
      const down = picked.length > 1 ? picked : null; // a block takes its first row, one cell what stands above
      const above = rows()[rows().indexOf(cell.closest("tr")) - 1];
      const source = above && cells(above)[cells(cell.closest("tr")).indexOf(cell)];
      if (down) down.slice(1).forEach((line) => line.forEach((one, right) => put(one, down[0][right].value, changes)));
      else if (source) put(cell, source.value, changes);
      done(changes);
      entered = { name: cell.name, value: cell.value };
      if (down) {
        saveAll(changes.map((one) => one.name));
        say(`向下填了 ${changes.length} 格，可撤销`);
      }
    } else if (key === "z" && !event.shiftKey && !typing) back(past, undone, "撤销");
    else if ((key === "y" || (key === "z" && event.shiftKey)) && !typing) back(undone, past, "重做");
    else return;
    event.preventDefault();
  }
  function onArrow(event, cell) {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.shiftKey) {
      if (right && !picked.length) return; // marking letters inside the field
      grow(cell, down, right);
    } else if (down) {
      if (cell.tagName === "SELECT") return;
      unpick();
      go(cell, down);
    } else if ((right < 0 && atStart(cell)) || (right > 0 && atEnd(cell))) {
      if (!across(cell, right)) return;
    } else return;
    event.preventDefault();
  }
  form.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.matches("[data-cell]") || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      onControl(event, cell);
      return;
    }
    if (event.key.startsWith("Arrow")) {
      if (!event.altKey) onArrow(event, cell); // with Alt: widths (grid_tools.js)
      event.stopPropagation(); // the page's own arrows walk through links of lists
      return;
    }
    if (event.key === "Enter") {
      event.preventDefault();
      unpick();
      go(cell, event.shiftKey ? -1 : 1);
      if (document.activeElement === cell) save(cell.closest("tr")); // the last row is left here
    } else if (event.key === "F2") {
      event.preventDefault();
      cell.setSelectionRange?.(cell.value.length, cell.value.length);
    } else if (event.key === "Escape") {
      unpick();
      if (entered && entered.name === cell.name && entered.value !== cell.value) {
        event.preventDefault();
        cell.value = entered.value;
        mark(cell);
        say("这一格没有改");
      }
    } else if (event.key === "Delete" && picked.flat().length > 1) {
      event.preventDefault();
      const changes = [];
      picked.flat().forEach((one) => put(one, "", changes));
      done(changes);
      saveAll(changes.map((one) => one.name));
      say(`清空了 ${changes.length} 格，可撤销`);
    }
  });
  form.addEventListener("paste", (event) => {
    const text = (event.clipboardData?.getData("text/plain") || "").replace(/\r\n?/g, "\n");
    if (!event.target.matches("[data-cell]") || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    commit(event.target);
    const lines = window.Blocks.parts(text);
    const from = rows().indexOf(event.target.closest("tr"));
    const column = cells(event.target.closest("tr")).indexOf(event.target);
    const changes = [];
    let wide = 0;
    lines.forEach((line, down) => {
      const row = rows()[from + down];
      if (!row) return;
      line.forEach((value, right) => {
        const cell = cells(row)[column + right];
        if (cell) put(cell, oneLine(value, cell), changes);
        else wide = Math.max(wide, column + right + 1 - cells(row).length);
      });
    });
    done(changes);
    entered = { name: event.target.name, value: event.target.value };
    const beyond = lines.length - (rows().length - from);
    saveAll(changes.map((one) => one.name));
    say(`粘贴了 ${Math.min(lines.length, rows().length - from)} 行 ${changes.length} 格${beyond > 0 ? `，多出的 ${beyond} 行没有地方放` : ""}${wide > 0 ? `，多出的 ${wide} 列没有地方放` : ""}`);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "F8") return;
    event.preventDefault();
    const links = [...document.querySelectorAll("#checks [data-go]")];
    if (!links.length) return;
    const now = document.activeElement?.closest?.("tr[data-row]")?.dataset.row;
    const at = links.map((link) => link.dataset.go).lastIndexOf(now);
    focusRow(links[(at + 1) % links.length].dataset.go);
  });
  function focusRow(pk) {
    const row = byId(`row-${pk}`);
    row?.querySelector("[data-cell]")?.focus();
    row?.scrollIntoView({ block: "center" });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-go]");
    if (link) {
      event.preventDefault();
      focusRow(link.dataset.go);
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (form.querySelector(".cell.changed") && !form.dataset.leaving) event.preventDefault();
  });
  form.addEventListener("submit", () => {
    form.dataset.leaving = "1";
  });
  document.querySelectorAll("#checks, main").forEach((box) => box.addEventListener("submit", () => (form.dataset.leaving = "1")));
})();
