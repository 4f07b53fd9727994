/* 问效 · the keys of the cases: each presses a link or a button that is on the page. Nothing happens while one types. */
(function () {
  "use strict";
  const form = document.querySelector("[data-case]");
  if (!form && !document.querySelector("[data-undo]")) return;
  const typing = () => document.activeElement?.matches("input:not([type=radio]):not([type=checkbox]), textarea, select, [role=combobox]") || document.querySelector("dialog[open]");
  const why = form?.elements.why;
  let dismissing = false;
  const press = (selector) => document.querySelector(selector)?.click();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing()) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "s") press("[data-next]");
    else if (key === "k") press("[data-before]");
    else if (key === "z") press("[data-undo]");
    else if (!form) return;
    else if (/^[1-9]$/.test(key)) form.querySelector(`[data-key="${key}"]`)?.click();
    else if (key === "q") {
      const all = [...form.querySelectorAll("[name=severity]")];
      all[(all.findIndex((one) => one.checked) + 1) % all.length].click();
    } else if (key === " " && !document.activeElement?.matches("a, button, input")) press("[aria-current=true] > [data-tick]");
    else if (key === "enter" && !document.activeElement?.matches("a, button, summary")) press("[data-case] [value=confirm]");
    else if (key === "x") {
      if (why.value.trim()) press("[data-case] [value=dismiss]");
      else {
        why.focus();
        dismissing = true;
      }
    } else return;
    event.preventDefault();
  });
  /* Enter where one says why: after X it says 不成立; else it confirms nothing by itself and goes on to the buttons. */
  why?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (dismissing && why.value.trim()) press("[data-case] [value=dismiss]");
    else if (!dismissing) form.querySelector("[value=confirm]").focus();
  });
  why?.addEventListener("blur", () => (dismissing = false));
  document.querySelector("[data-open]")?.scrollIntoView({ block: "nearest" });
})();
