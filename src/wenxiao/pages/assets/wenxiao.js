/* 问效 · what pages do beyond links and forms. Everything here is a comfort: without it each page still works. */
(function () {
  "use strict";
  const root = document.documentElement;
  const on = (type, act) => document.addEventListener(type, act);
  const send = (name, detail) => document.dispatchEvent(new CustomEvent(`wenxiao:${name}`, { detail }));
  const only = (selector) => document.querySelector(selector);
  const every = (selector) => document.querySelectorAll(selector);
  const near = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  /* Scripts that only some pages need come when they are needed; their addresses stand on this script's own element. */
  const own = document.currentScript;
  const coming = {};
  function bring(name) {
    coming[name] ??= new Promise((done) => {
      const script = document.createElement("script");
      script.addEventListener("load", () => done(true));
      script.addEventListener("error", () => done(false));
      script.src = own.dataset[name];
      const sheet = own.dataset[`${name}Sheet`];
      if (sheet) {
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = sheet;
        document.head.append(link);
      }
      document.head.append(script);
    });
    return coming[name];
  }

  /* Parts of pages are brought by htmx (51 KB): at once where the page asks by itself, else when somebody points at, reaches
     or touches what asks. A click or a form that comes before it is done again; where it does not come at all, the link leads
     to its page. It sets itself up at DOMContentLoaded, which has passed where it comes late: then it is told again, and
     nobody else listens any more. */
  const ASKS = ":is(a, button, form):is([hx-get], [hx-post]):not([hx-trigger])";
  let passed = false;
  let settled = false;
  document.addEventListener("DOMContentLoaded", () => (passed = true), { once: true });
  const parts = () =>
    bring("htmx").then((came) => {
      if (came && passed && !("htmx-internal-data" in document.body)) document.dispatchEvent(new Event("DOMContentLoaded"));
      settled = true;
    });
  if (own?.dataset.htmx) {
    if (only("[hx-trigger]")) parts();
    for (const type of ["pointerover", "focusin", "touchstart"]) on(type, (event) => settled || (near(event, ASKS) && parts()));
    for (const type of ["click", "submit"]) {
      document.addEventListener(
        type,
        (event) => {
          const asks = settled || event.ctrlKey || event.metaKey || event.shiftKey ? null : near(event, ASKS);
          if (!asks || asks.matches("form") !== (type === "submit")) return;
          event.preventDefault();
          event.stopImmediatePropagation();
          parts().then(() => (type === "click" ? asks.click() : asks.requestSubmit(event.submitter)));
        },
        true,
      );
    }
  }

  /* The list that comes while one types: at the first touch of its box, or where one chooses among dozens. */
  const MANY = 12;
  const opener = (event) => own?.dataset.palette && near(event, "[data-palette]");
  function choices() {
    if (own?.dataset.palette && [...every("main select")].some((one) => one.options.length > MANY || one.dataset.adds)) bring("palette");
  }
  /* The head of lists, where a list stands that it dresses (tables.js), a view was chosen, or a link carries one over; in a
     narrow box no head stands, there rows fold (rows.js). */
  const LEAST = 4;
  const PLAIN = ".fill-t, .many-t, .fill-grid, .marking, .matrix, .heat, .bullets";
  function lists() {
    if (!own?.dataset.tables) return;
    const narrow = 44 * parseFloat(getComputedStyle(root).fontSize);
    for (const table of every("main .scroll > table.t")) {
      const rows = table.tHead ? table.tBodies[0]?.rows.length : 0;
      const folds = table.matches(".cards") && table.parentElement.clientWidth <= narrow;
      if (folds && rows > 1) bring("rows");
      if (!folds && rows >= LEAST && !table.matches(PLAIN) && !table.querySelector(".cell")) bring("tables");
    }
    let chosen = null;
    try {
      chosen = sessionStorage.getItem("table-view");
    } catch {
      /* A browser that keeps nothing. */
    }
    if (chosen || only("a[data-look]")) bring("tables");
  }
  /* How much of a large file has gone, once one is chosen (uploads.js). */
  const LARGE = 300 * 1024;
  on("change", (event) => {
    if (own?.dataset.uploads && near(event, "input[type=file]") && [...event.target.files].some((one) => one.size > LARGE)) bring("uploads");
  });
  for (const type of ["DOMContentLoaded", "htmx:afterSettle"]) {
    on(type, choices);
    on(type, lists);
  }
  window.addEventListener("resize", lists);
  document.addEventListener("toggle", lists, true);
  on("focusin", (event) => opener(event) && bring("palette"));
  /* The box opens before its script is there: what is typed at once is not lost. */
  function find() {
    const palette = own?.dataset.palette ? document.getElementById("palette") : null;
    if (!palette?.showModal || palette.open) return Boolean(palette?.open);
    palette.showModal();
    palette.querySelector("input").select();
    bring("palette").then(() => send("find"));
    return true;
  }
  on("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "k" && find()) event.preventDefault();
    /* Tab goes past the box in the head; the first key typed there goes on in the dialog. */
    if (!command && !event.altKey && opener(event)?.tagName === "INPUT" && (event.key.length === 1 || event.key === "Process")) find();
  });
  on("click", (event) => {
    if (opener(event) && !event.defaultPrevented && find()) event.preventDefault();
  });

  /* Titles for fingers and keys (I); a mouse has them from the browser. */
  for (const type of ["click", "keydown"]) {
    on(type, (event) => {
      const asks = event.key ? /^i$/i.test(event.key) : event.pointerType !== "mouse" && near(event, "main [title]");
      if (asks && own?.dataset.titles) bring("titles").then(() => send("title", event));
    });
  }

  /* Theme and 字号: switch at once, remember in a cookie so that the server paints it next time. */
  function choose(what, name) {
    root.dataset[what] = name;
    document.cookie = `${what}=${name};path=/;max-age=31536000;samesite=lax`;
    for (const button of every(`[data-${what}-choice]`)) {
      button.ariaPressed = button.dataset[`${what}Choice`] === name;
    }
    send(what, name);
  }
  for (const looks of every(".looks[hidden]")) looks.hidden = false;

  /* What opened a box beside takes the focus back when the box closes. */
  const openers = new Map();
  function closeBox(box) {
    const opener = openers.get(box.id);
    box.replaceChildren();
    box.classList.remove("open");
    openers.delete(box.id);
    if (opener) {
      opener.removeAttribute("aria-current");
      opener.focus();
    }
  }

  on("click", (event) => {
    for (const what of ["theme", "size"]) {
      const chosen = near(event, `[data-${what}-choice]`);
      if (chosen) {
        event.preventDefault();
        choose(what, chosen.dataset[`${what}Choice`]);
        return;
      }
    }
    const opens = near(event, "[data-dialog]");
    if (opens) {
      event.preventDefault();
      document.getElementById(opens.dataset.dialog)?.showModal();
    }
    const asks = near(event, "[data-asks]");
    if (asks) {
      const dialog = document.getElementById(asks.dataset.asks);
      if (dialog) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    if (near(event, "[data-close]")) near(event, "dialog")?.close();
    near(event, "[data-dismiss]")?.closest(".toast").remove();
    const fill = near(event, "[data-fill]");
    if (fill) {
      const field = document.getElementById(fill.dataset.fill);
      field.value = fill.dataset.with;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }
    if (near(event, "[data-print]")) window.print();
    if (near(event, "[data-fullscreen]")) {
      if (document.fullscreenElement) document.exitFullscreen();
      else root.requestFullscreen?.();
    }
    const shut = near(event, "[data-shut]");
    if (shut) {
      const box = only(shut.dataset.shut);
      if (box) {
        event.preventDefault();
        closeBox(box);
      }
    }
    for (const menu of every("details[name=top][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  /* Rows by keyboard: up and down move, Enter opens, Space ticks. */
  function moveRow(event) {
    const row = near(event, ".t tbody tr");
    if (!row || near(event, "input[type=text], textarea, select")) return false;
    const rows = [...row.parentElement.querySelectorAll("tr:not(.group)")];
    const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
    next?.querySelector("a, input, button")?.focus();
    return Boolean(next);
  }
  on("keydown", (event) => {
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.altKey) {
      if (moveRow(event)) event.preventDefault();
    } else if (event.key === " " && near(event, "a[data-dialog]")) {
      event.preventDefault();
      event.target.click();
    } else if (event.key === " " && near(event, ".t tbody a")) {
      const tick = near(event, "tr").querySelector("input[type=checkbox]");
      if (tick) {
        event.preventDefault();
        tick.click();
      }
    } else if (event.key === "Escape") {
      for (const menu of every("details[name=top][open]")) menu.open = false;
      const box = only("[data-box].open");
      if (box) closeBox(box);
    }
  });

  /* Ticked rows: mark them and show the bar that says what will be done with how many. */
  on("change", (event) => {
    const tick = near(event, "[data-tick]");
    if (!tick) return;
    tick.closest("tr")?.setAttribute("aria-selected", String(tick.checked));
    const count = every("[data-tick]:checked").length;
    for (const bar of every("[data-batch]")) bar.hidden = count === 0;
    for (const told of every("[data-batch-count]")) told.textContent = String(count);
  });

  /* What only a script can do is offered by it alone. */
  for (const button of every("[data-print][hidden]")) button.hidden = false;
  if (document.fullscreenEnabled) for (const button of every("[data-fullscreen]")) button.hidden = false;

  /* After an act the page is fetched anew: who reads by ear or keys begins at its heading, not at nothing. */
  const heading = only("main h1");
  if (heading && only(".toast") && document.activeElement === document.body) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  /* A table that fits its box lets its head and total stay in sight of the page; a wider one scrolls in its own box. */
  function fit() {
    for (const box of every(".scroll")) {
      box.classList.remove("fits");
      box.classList.toggle("fits", box.scrollWidth <= box.clientWidth + 1 && getComputedStyle(box).maxHeight === "none");
    }
  }
  fit();
  on("htmx:afterSettle", fit);
  window.addEventListener("resize", fit);
  window.addEventListener("load", fit);
  document.addEventListener("toggle", fit, true);

  /* Parts that htmx brings. */
  on("htmx:beforeRequest", (event) => {
    const opener = event.detail.elt;
    const box = opener.dataset?.opens && only(opener.dataset.opens);
    if (!box) return;
    for (const other of every(`[data-opens="${opener.dataset.opens}"][aria-current]`)) {
      other.removeAttribute("aria-current");
    }
    opener.setAttribute("aria-current", "true");
    openers.set(box.id, opener);
  });
  on("htmx:afterSwap", (event) => {
    const box = event.detail.target;
    if (!box.hasAttribute("data-box")) return;
    box.classList.add("open");
    box.querySelector("h2, h3")?.focus({ preventScroll: true });
    if (getComputedStyle(box).position === "static") box.scrollIntoView({ block: "nearest" });
  });
  function say(text, tone = "bad") {
    const toast = document.createElement("div");
    for (const other of every(".toast > span")) if (other.textContent === text) return;
    toast.className = `toast ${tone}`;
    toast.setAttribute("role", tone ? "alert" : "status");
    const words = document.createElement("span");
    words.textContent = text;
    const shut = document.createElement("button");
    shut.className = "btn plain sm";
    shut.type = "button";
    shut.dataset.dismiss = "";
    shut.textContent = "关闭";
    toast.append(words, shut);
    document.getElementById("toasts")?.append(toast);
  }
  on("wenxiao:say", (event) => say(event.detail, ""));
  on("htmx:sendError", () => say("网络不通，没有取到内容。已填的都在，请稍后再点一次。"));
  on("htmx:responseError", (event) => {
    const said = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").querySelector(".said");
    say(said ? `${said.querySelector("h1").textContent}：${said.querySelector("p").textContent}` : "没有取到内容，请再点一次。");
  });
})();
