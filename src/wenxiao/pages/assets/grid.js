/* 问效 · the filling grid: keys, pasting many cells from a table, every row saved by itself. Without it the form still posts. */
(function () {
  "use strict";
  const form = document.querySelector("[data-grid]");
  if (!form) return;
  const saved = document.getElementById("saved");
  const rows = () => [...form.querySelectorAll("tr[data-row]")];
  const cells = (row) => [...row.querySelectorAll("[data-cell]")];
  const say = (text) => {
    if (saved) saved.textContent = text;
  };
  let before = [];

  function mark(cell) {
    const untouched = cell.tagName === "SELECT" ? [...cell.options].every((o) => o.selected === o.defaultSelected || (!o.defaultSelected && !o.selected)) : cell.value === cell.defaultValue;
    cell.classList.toggle("changed", !untouched);
  }
  const changed = (row) => Boolean(row.querySelector(".cell.changed"));

  function settle(row, told) {
    row.querySelector("[data-version]").value = told.version;
    for (const cell of cells(row)) {
      if (cell.tagName === "SELECT") for (const o of cell.options) o.defaultSelected = o.selected;
      else cell.defaultValue = cell.value;
      mark(cell);
    }
  }
  function repaint(told, pk) {
    for (const row of rows()) {
      const key = row.dataset.row;
      const one = told.rows[key];
      const points = row.querySelector("[data-points] .fig, [data-points] .none");
      if (points && one.points) points.textContent = one.points;
      const wrong = row.querySelector("[data-error]");
      if (told.errors[key]) {
        wrong.textContent = told.errors[key];
        wrong.hidden = false;
        row.classList.add("at-fault");
        row.querySelector("[data-version]").value = one.version;
      } else if (key === pk) {
        wrong.hidden = true;
        row.classList.remove("at-fault");
        settle(row, one);
      }
      const box = row.querySelector("[data-numbers]");
      box.replaceChildren(
        ...(told.numbers[key] || []).map((number) => {
          const link = document.createElement("a");
          link.className = "number";
          link.href = `#check-${number}`;
          link.textContent = String(number);
          return link;
        }),
      );
    }
    const total = document.getElementById("total");
    if (total && told.total) total.textContent = told.total;
    document.getElementById("checks").innerHTML = told.checks;
    const version = document.getElementById("review-version");
    if (version) version.value = told.version;
    const blocked = document.querySelectorAll("#checks .tag.bad").length;
    const submit = document.getElementById("submit");
    if (submit) {
      submit.disabled = blocked > 0;
      document.getElementById("left").textContent = blocked ? `还有 ${blocked} 处要改好才能报送` : "提示和警告不拦报送，会一并记下";
    }
  }

  let queue = Promise.resolve();
  function save(row) {
    if (!changed(row)) return queue;
    const data = new FormData(form);
    data.set("row", row.dataset.row);
    queue = queue.then(async () => {
      data.set(`v${row.dataset.row}`, row.querySelector("[data-version]").value);
      say("正在保存…");
      try {
        const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("not told");
        const told = await answer.json();
        repaint(told, row.dataset.row);
        const now = new Date();
        say(Object.keys(told.errors).length ? "有一行没有存上，见红字" : `已保存 ${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`);
      } catch {
        say("没有存上：网络不通或登录已过期。填的都还在本页，恢复后点“保存全部”。");
      }
    });
    return queue;
  }

  function go(cell, step) {
    const row = cell.closest("tr");
    const column = cells(row).indexOf(cell);
    const next = rows()[rows().indexOf(row) + step];
    const target = next && (cells(next)[column] || cells(next)[0]);
    if (target) {
      target.focus();
      target.select?.();
    }
  }

  form.addEventListener("input", (event) => event.target.matches("[data-cell]") && mark(event.target));
  form.addEventListener("change", (event) => event.target.matches("[data-cell]") && mark(event.target));
  form.addEventListener("focusout", (event) => {
    const row = event.target.closest?.("tr[data-row]");
    const to = event.relatedTarget;
    if (row && !(to?.matches("[data-cell]") && row.contains(to))) save(row);
  });
  form.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-cell]")) return;
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      save(event.target.closest("tr")).then(() => document.getElementById("submit")?.focus());
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      go(event.target, event.shiftKey ? -1 : 1);
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey) && before.length) {
      event.preventDefault();
      for (const [cell, value] of before) {
        cell.value = value;
        mark(cell);
      }
      const touched = new Set(before.map(([cell]) => cell.closest("tr")));
      before = [];
      touched.forEach((row) => save(row));
      say("已撤回刚才的粘贴");
    }
  });
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") || "";
    if (!event.target.matches("[data-cell]") || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n");
    const from = rows().indexOf(event.target.closest("tr"));
    const column = cells(event.target.closest("tr")).indexOf(event.target);
    before = [];
    const touched = new Set();
    lines.forEach((line, down) => {
      const row = rows()[from + down];
      if (!row) return;
      line.split("\t").forEach((value, across) => {
        const cell = cells(row)[column + across];
        if (!cell) return;
        before.push([cell, cell.value]);
        cell.value = value.trim();
        mark(cell);
        touched.add(row);
      });
    });
    const beyond = lines.length - (rows().length - from);
    touched.forEach((row) => save(row));
    say(`粘贴了 ${touched.size} 行${beyond > 0 ? `，多出的 ${beyond} 行没有地方放` : ""}`);
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
    const row = document.getElementById(`row-${pk}`);
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
