/* 问效 · the target grid: arrows and Enter, a block pasted from a table, saved by itself. Without it the form still posts. */
(function () {
  "use strict";
  for (const twins of document.querySelectorAll("[data-alike]")) {
    fetch(twins.dataset.alike)
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
      .then((text) => (twins.innerHTML = text))
      .catch(() => (twins.textContent = "没有取到，网络不通，稍后再试。"));
  }
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
      copy.querySelectorAll(".corner, [data-n]").forEach((one) => one.remove());
      copy.querySelectorAll(".spot").forEach((one) => (one.className = ""));
      copy.querySelector(".quiet").textContent = String(r + 1);
      for (const cell of copy.querySelectorAll("[data-c]")) {
        cell.name = cell.name.replace(/\d+$/, String(r));
        cell.id = `c-${cell.name}`;
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
        document.getElementById("state-now").textContent = told.state;
        form.querySelector("[data-weights]").innerHTML = told.weights;
        const panel = form.querySelector("[data-checks]");
        if (!panel.contains(document.activeElement)) {
          panel.innerHTML = told.panel;
          number(told.spots, sent);
        }
        told.bars.forEach((bar, n) => {
          const drawn = form.querySelector(`[data-bar="${n}"] rect`);
          drawn?.setAttribute("x", bar ? bar[0] : 0);
          drawn?.setAttribute("width", bar ? bar[1] : 0);
        });
        const now = new Date();
        say(`已存 ${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`);
      }
    } catch {
      say("没有保存：网络不通，内容还在页面上，稍后会再试");
      timer = setTimeout(save, 8000);
    } finally {
      busy = false;
    }
  }

  /* The number in a cell's corner is the number in the list, as the checks stand after this save. */
  function number(spots, sent) {
    form.querySelectorAll("[data-n]").forEach((one) => one.remove());
    form.querySelectorAll("td.spot").forEach((one) => (one.className = ""));
    for (const [place, list] of Object.entries(spots)) {
      const [r, c] = place.split(",").map(Number);
      const cell = sent[r]?.querySelector(`[data-c="${c}"]`);
      if (!cell) continue;
      cell.parentElement.className = `spot ${list[0][1] || "tip"}`;
      const box = document.createElement("span");
      box.className = "spots";
      box.dataset.n = "";
      for (const [n, tone] of list) {
        const link = document.createElement("a");
        link.className = `corner ${tone}`;
        link.href = `#p-${n}`;
        link.textContent = String(n);
        box.append(link);
      }
      cell.after(box);
    }
  }
  /* The bar over the grid shows the whole of the cell one stands in. */
  function show(cell) {
    const where = form.querySelector("[data-cell-where]");
    where.textContent = `第 ${place(cell)[0] + 1} 行 ${cell.dataset.l}`;
    form.querySelector("[data-cell-text]").textContent = cell.value || "未填";
  }
  for (const what of ["focusin", "input"]) {
    form.addEventListener(what, (event) => event.target.matches("[data-c]") && show(event.target));
  }
  form.querySelector("[data-checks]").addEventListener("focusout", () => timer || later());
  form.addEventListener("click", (event) => {
    const go = event.target.closest("[data-go]");
    if (go) document.getElementById(go.dataset.go)?.focus();
    const ask = event.target.closest("[data-ask-library]");
    if (ask) open(at(ask.dataset.askLibrary, 2).value);
  });
  /* F8: the next row with a number, round and round. Ctrl Enter: as the main button. */
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "F8") {
      event.preventDefault();
      const cells = [...form.querySelectorAll("[data-c]")];
      const wrong = cells.filter((cell) => cell.closest("td.spot"));
      const here = cells.indexOf(document.activeElement);
      const next = wrong.find((cell) => cells.indexOf(cell) > here) || wrong[0];
      if (next) next.focus();
      else say("各格没有问题");
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-submit]") || form.querySelector(".foot-acts button"));
    } else if (event.key === "ArrowDown" && event.altKey) {
      event.preventDefault();
      open("");
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
    if (step && !event.ctrlKey && !event.altKey) {
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
  function open(words) {
    library.open = true;
    const field = library.querySelector("input");
    field.value = words;
    field.focus();
    library.scrollIntoView({ block: "nearest" });
    offer(words);
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
