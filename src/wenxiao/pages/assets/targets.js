/* 问效 · the target grid: arrows and Enter, a block pasted from a table, saved by itself. Without it the form still posts. */
(function () {
  "use strict";
  const form = document.querySelector("[data-targets]");
  if (!form) return;
  const saved = document.getElementById("saved");
  const say = (text) => {
    if (saved) saved.textContent = text;
  };
  const rows = () => [...form.querySelectorAll("tr[data-r]")];
  const at = (r, c) => form.querySelector(`tr[data-r="${r}"] [data-c="${c}"]`);
  const place = (cell) => [Number(cell.closest("tr").dataset.r), Number(cell.dataset.c)];
  const WIDTH = rows().length ? rows()[0].querySelectorAll("[data-c]").length : 0;
  const MOST = 200;
  const undone = [];
  let timer = 0;
  let busy = false;

  function grow(count) {
    while (rows().length < count) {
      const last = rows().at(-1);
      const r = rows().length;
      const copy = last.cloneNode(true);
      copy.dataset.r = String(r);
      copy.querySelector("[data-pk]").name = `r${r}`;
      copy.querySelector("[data-pk]").value = "";
      copy.querySelectorAll(".corner").forEach((one) => one.remove());
      for (const cell of copy.querySelectorAll("[data-c]")) {
        cell.name = cell.name.replace(/\d+$/, String(r));
        cell.value = "";
        cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/\d+/, String(r + 1)));
      }
      last.after(copy);
    }
  }
  function put(changes) {
    const before = changes.map(([cell]) => [cell, cell.value]);
    for (const [cell, value] of changes) cell.value = value;
    undone.push(before);
    later();
  }
  function later() {
    clearTimeout(timer);
    say("有改动，还没有保存");
    timer = setTimeout(save, 1500);
  }
  async function save() {
    if (busy) return later();
    busy = true;
    const body = new FormData(form);
    body.set("auto", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
      const told = await answer.json();
      if (told.error) {
        say(`没有保存：${told.error}`);
      } else {
        form.elements.version.value = told.version;
        const written = rows().filter((row) => [...row.querySelectorAll("[data-c]")].some((cell) => cell.value.trim()));
        const sent = rows().filter((row) => [...row.querySelectorAll("[data-c]")].some((cell) => String(body.get(cell.name) || "").trim()));
        sent.forEach((row, n) => (row.querySelector("[data-pk]").value = String(told.rows[n] || "")));
        rows().filter((row) => !sent.includes(row) && !written.includes(row)).forEach((row) => (row.querySelector("[data-pk]").value = ""));
        document.getElementById("checks-now").textContent = told.checks;
        form.querySelector("[data-checks]").innerHTML = told.panel;
        number(told.numbers, sent);
        say("已自动保存");
      }
    } catch {
      say("没有保存：网络不通，内容还在页面上，稍后会再试");
      timer = setTimeout(save, 8000);
    } finally {
      busy = false;
    }
  }

  /* The number in a row's corner is the number in the list, as the checks stand after this save. */
  function number(numbers, sent) {
    form.querySelectorAll("[data-n]").forEach((one) => one.remove());
    sent.forEach((row, n) => {
      for (const at of (numbers[n] || []).slice().reverse()) {
        const link = document.createElement("a");
        link.className = "corner";
        link.dataset.n = "";
        link.href = `#p-${at}`;
        link.textContent = String(at);
        row.querySelector("[data-pk]").after(link);
      }
    });
  }
  /* F8: the next row with a number, round and round. Ctrl Enter: as the main button. */
  form.addEventListener("keydown", (event) => {
    if (event.key === "F8") {
      event.preventDefault();
      const wrong = rows().filter((row) => row.querySelector("[data-n]"));
      const here = rows().indexOf(document.activeElement.closest("tr[data-r]"));
      const next = wrong.find((row) => rows().indexOf(row) > here) || wrong[0];
      if (next) next.querySelector('[data-c="3"]').focus();
      else say("各行没有问题");
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const button = form.querySelector("[data-submit]") || form.querySelector(".sticky-acts button");
      form.requestSubmit(button);
    }
  });

  form.addEventListener("input", later);
  form.addEventListener("submit", () => clearTimeout(timer));
  form.addEventListener("paste", (event) => {
    const cell = event.target.closest("[data-c]");
    const text = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "");
    if (!cell || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const block = text.split("\n").map((line) => line.split("\t"));
    const [r, c] = place(cell);
    const wide = Math.max(...block.map((line) => line.length));
    if (c + wide > WIDTH) return say(`没有粘贴：这一块有 ${wide} 列，从这里起只有 ${WIDTH - c} 列。请核对列的顺序。`);
    if (r + block.length > MOST) return say(`没有粘贴：这一块有 ${block.length} 行，一份目标最多 ${MOST} 行。`);
    grow(r + block.length + 1);
    put(block.flatMap((line, i) => line.map((value, j) => [at(r + i, c + j), value.trim()])));
  });
  form.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-c]");
    if (!cell) return;
    const [r, c] = place(cell);
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && undone.length) {
      event.preventDefault();
      for (const [one, value] of undone.pop()) one.value = value;
      later();
      return;
    }
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.ctrlKey) {
      event.preventDefault();
      if (r + step >= rows().length) grow(r + step + 1);
      const next = at(r + step, c);
      if (next) next.focus();
    }
  });

  const library = form.querySelector("[data-library]");
  const offered = library && library.querySelector("[data-offered]");
  let asking = 0;
  async function offer(q) {
    const mine = ++asking;
    try {
      const answer = await fetch(`${library.dataset.library}?q=${encodeURIComponent(q)}`);
      const text = await answer.text();
      if (mine === asking) offered.innerHTML = answer.ok ? text : "";
    } catch {
      if (mine === asking) offered.textContent = "没有取到，网络不通，稍后再试。";
    }
  }
  if (library) {
    let wait = 0;
    library.addEventListener("toggle", () => library.open && !offered.innerHTML && offer(""));
    library.querySelector("input").addEventListener("input", (event) => {
      event.stopPropagation();
      clearTimeout(wait);
      wait = setTimeout(() => offer(event.target.value.trim()), 250);
    });
    library.querySelector("input").addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    offered.addEventListener("click", (event) => {
      const button = event.target.closest("[data-take]");
      if (!button) return;
      const free = (row) => [...row.querySelectorAll("[data-c]")].every((cell) => !cell.value.trim());
      let row = rows().find(free);
      if (!row) {
        grow(rows().length + 1);
        row = rows().at(-1);
      }
      const r = Number(row.dataset.r);
      const cell = (name) => row.querySelector(`[name="${name}${r}"]`);
      put(["level1", "level2", "name", "proof"].map((name) => [cell(name), button.dataset[name] || ""]));
      cell("expression").focus();
      say(`“${button.dataset.name}”已填到第 ${r + 1} 行，请写指标值`);
    });
  }
})();
