/* 问效 · five steps over the desk. Arrows and Enter move, Esc ends; each step stands beside what it speaks of. */
(function () {
  "use strict";
  const list = document.getElementById("tour");
  const opener = document.querySelector("[data-tour]");
  if (!list || !opener) return;
  const steps = [...list.children].map((one) => ({ at: one.dataset.at, words: one.textContent.trim() }));
  const seen = `tour:${steps.map((one) => one.words.length).join("-")}`;
  const dialog = document.createElement("dialog");
  dialog.className = "tour";
  dialog.setAttribute("aria-label", "走一遍");
  dialog.innerHTML = '<p aria-live="polite"></p><div class="line"><small class="quiet"></small><button class="btn sm" type="button" data-go="-1">上一步</button><button class="btn main sm" type="button" data-go="1"></button></div>';
  document.body.append(dialog);
  const [words, count, back, next] = [dialog.querySelector("p"), dialog.querySelector("small"), ...dialog.querySelectorAll("button")];
  let at = 0;
  let marked = null;
  const place = (selector) => [...document.querySelectorAll(selector)].find((one) => one.getClientRects().length) || null;
  function show(number) {
    at = number;
    marked?.classList.remove("toured");
    marked = place(steps[at].at);
    marked?.classList.add("toured");
    marked?.scrollIntoView({ block: "nearest" });
    words.textContent = steps[at].words;
    count.textContent = `${at + 1} / ${steps.length}`;
    back.disabled = at === 0;
    next.textContent = at === steps.length - 1 ? "开始办" : "下一步";
    const box = marked?.getBoundingClientRect() || { left: 16, bottom: 80, top: 80 };
    const [wide, high] = [dialog.offsetWidth, dialog.offsetHeight];
    const below = Math.min(box.bottom, innerHeight * 0.6) + 10;
    dialog.style.left = `${Math.max(8, Math.min(box.left, innerWidth - wide - 8))}px`;
    dialog.style.top = `${below + high < innerHeight ? below : Math.max(8, box.top - high - 10)}px`;
    next.focus();
  }
  function go(step) {
    if (at + step >= steps.length) dialog.close();
    else show(Math.max(0, at + step));
  }
  function begin() {
    dialog.showModal();
    show(0);
  }
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("[data-go]");
    if (button) go(Number(button.dataset.go));
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") go(event.key === "ArrowRight" ? 1 : -1);
  });
  dialog.addEventListener("close", () => {
    marked?.classList.remove("toured");
    opener.focus();
    try {
      localStorage.setItem(seen, "1");
    } catch {
      /* The offer simply stands there again. */
    }
  });
  opener.hidden = false;
  opener.addEventListener("click", begin);
  try {
    if (localStorage.getItem(seen)) opener.classList.add("plain");
  } catch {
    /* Offered as if for the first time. */
  }
  const asked = () => location.hash === "#tour" && !dialog.open && begin();
  window.addEventListener("hashchange", asked);
  asked();
})();
