/* 问效 · Ctrl K and boxes one chooses from; wenxiao.js brings it at its first use. The list comes from the server while
   one types; without this script the box leads to the page of the search, and a choice stays the browser's own. */
(function () {
  "use strict";
  const palette = document.getElementById("palette");
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
  const send = (address, values) => fetch(address, { method: "POST", headers: { "X-CSRFToken": token() }, body: new URLSearchParams(values), keepalive: true });

  /* One list of options under one box: arrows move, Enter takes, the box tells which is chosen. */
  function choose(box, list, take) {
    const options = () => [...list.querySelectorAll("[role=option]")].filter((one) => !one.hidden);
    let at = -1;
    function mark(next) {
      const all = options();
      all[at]?.removeAttribute("aria-selected");
      for (const one of list.querySelectorAll("[aria-selected]")) one.removeAttribute("aria-selected");
      at = all.length ? (next + all.length) % all.length : -1;
      const one = all[at];
      one?.setAttribute("aria-selected", "true");
      one?.scrollIntoView({ block: "nearest" });
      if (one) box.setAttribute("aria-activedescendant", one.id);
      else box.removeAttribute("aria-activedescendant");
    }
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        event.stopPropagation();
        mark(at + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter" && options()[at]) {
        event.preventDefault();
        take(options()[at], event);
      }
    });
    return { first: () => mark(0), none: () => mark(-1) };
  }

  if (palette?.showModal) {
    const box = palette.querySelector("input");
    const list = palette.querySelector("[role=listbox]");
    let asked = 0;
    let wait = 0;
    const chosen = choose(box, list, (link, event) => {
      if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
      else link.click();
    });
    async function ask() {
      const mine = ++asked;
      try {
        const answer = await fetch(`${palette.dataset.list}?q=${encodeURIComponent(box.value.trim())}`, { headers: { "HX-Request": "true" } });
        if (mine !== asked) return;
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        list.innerHTML = await answer.text();
        chosen.first();
      } catch {
        if (mine === asked) list.textContent = "没有取到内容，请按 Enter 到查找页。";
      }
    }
    box.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(ask, 180);
    });
    palette.addEventListener("click", (event) => {
      if (event.target === palette) palette.close();
      const link = event.target.closest("[data-hit]");
      if (link) send(palette.dataset.opened, { href: link.getAttribute("href"), word: link.dataset.hit });
    });
    document.addEventListener("wenxiao:find", ask);
  }

  /* A choice among dozens: type a part, initials or pinyin; the select beneath keeps the value and its form. */
  const MANY = 12;
  let count = 0;
  function enrich(select) {
    const adds = document.getElementById(select.dataset.adds || "");
    if (select.multiple || select.dataset.rich || (!adds && select.options.length <= MANY)) return;
    select.dataset.rich = "1";
    const from = document.getElementById(select.dataset.from || ""); // one list that several boxes offer
    if (from) select.append(from.content.cloneNode(true));
    const number = ++count;
    const holder = document.createElement("span");
    holder.className = "picker";
    const box = document.createElement("input");
    box.className = select.className;
    box.type = "text";
    box.autocomplete = "off";
    const list = document.createElement("ul");
    list.id = `pick-${number}`;
    list.setAttribute("role", "listbox");
    list.hidden = true;
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]) box.setAttribute(name, value);
    const named = select.getAttribute("aria-label") || [...(select.labels || [])].map((one) => one.textContent.trim()).join(" ");
    box.setAttribute("aria-label", named);
    list.setAttribute("aria-label", named);
    let letters = null;
    const texts = [...select.options].map((one) => one.textContent.trim());
    const shown = () => {
      const text = select.selectedOptions[0]?.textContent.trim() || "";
      if (adds) box.placeholder = texts[0];
      box.value = adds ? "" : text;
    };
    const lines = [...select.options].map((option, at) => {
      const line = document.createElement("li");
      line.id = `pick-${number}-${at}`;
      line.setAttribute("role", "option");
      line.textContent = texts[at];
      line.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(line);
      });
      if (!adds || at) list.append(line);
      return line;
    });
    const chosen = choose(box, list, (line) => take(line));
    /* Names one after the other into the field that takes them, each once; with data-one the last alone. */
    function add(text) {
      const names = select.hasAttribute("data-one") ? [] : adds.value.split(/[\s、，,；;]+/).filter(Boolean);
      if (!names.includes(text)) adds.value = [...names, text].join("、");
      adds.dispatchEvent(new Event("change", { bubbles: true }));
      shut();
    }
    function take(line) {
      if (adds) return add(select.options[lines.indexOf(line)].value);
      select.selectedIndex = lines.indexOf(line);
      select.dispatchEvent(new Event("change", { bubbles: true }));
      shut();
    }
    function shut() {
      list.hidden = true;
      box.setAttribute("aria-expanded", "false");
      shown();
    }
    function narrow() {
      const typed = box.value.trim().toLowerCase();
      lines.forEach((line, at) => {
        const spoken = (letters?.[at] || "").split(" ");
        line.hidden = Boolean(typed) && !texts[at].toLowerCase().includes(typed) && !spoken.some((one) => one.includes(typed));
      });
      list.hidden = false;
      box.setAttribute("aria-expanded", "true");
      chosen.first();
    }
    async function learn() {
      if (letters || !palette) return;
      letters = [];
      const answer = await send(palette.dataset.letters, { names: JSON.stringify(texts) });
      if (answer.ok) letters = (await answer.json()).letters;
    }
    box.addEventListener("focus", () => {
      learn();
      box.select();
    });
    box.addEventListener("click", () => {
      for (const line of lines) line.hidden = false;
      list.hidden = false;
      box.setAttribute("aria-expanded", "true");
    });
    box.addEventListener("input", narrow);
    box.addEventListener("blur", shut);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        shut();
      } else if (event.key === "ArrowDown" && list.hidden) narrow();
    });
    select.addEventListener("focus", () => box.focus());
    select.addEventListener("change", shown);
    select.form?.addEventListener("reset", () => setTimeout(shown));
    select.hidden = false;
    select.before(holder);
    holder.append(box, list, select);
    select.classList.add("unseen");
    select.tabIndex = -1;
    select.setAttribute("aria-hidden", "true");
    shown();
  }
  const all = () => document.querySelectorAll("main select").forEach(enrich);
  all();
  document.addEventListener("htmx:afterSettle", all);
})();
