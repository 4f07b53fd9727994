/* 问效 · parts of pages brought without leaving the page. Without it each link and button opens the whole page.
   data-part-get / data-part-post: the address; data-part-into: where it goes (itself if unsaid); data-part-replaces: it takes
   the element's place; data-part-every: seconds; data-part-typed: after a pause in typing, and at once when it appears;
   data-part-form: whenever its form changes; data-part-unattended: nobody asked, it is no sign of work. */
(function () {
  "use strict";
  const ASKING = "[data-part-get], [data-part-post]";
  const running = new WeakMap();
  const tell = (type, detail) => document.dispatchEvent(new CustomEvent(`wenxiao:${type}`, { detail }));
  const into = (element) => (element.dataset.partInto ? document.querySelector(element.dataset.partInto) : element);

  /* What the form around it holds; files are never sent for a part. */
  function typed(element) {
    const values = new URLSearchParams();
    for (const [name, value] of new FormData(element.closest("form") ?? undefined)) if (typeof value === "string") values.append(name, value);
    return values;
  }

  /* The keyboard stays where it was when the part around it is drawn again. */
  function swap(target, html, replaces) {
    if (!replaces) {
      target.innerHTML = html;
      return target;
    }
    const stops = "a[href], button, input, select, textarea, summary";
    const at = [...target.querySelectorAll(stops)].indexOf(document.activeElement);
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    const fresh = holder.content.firstElementChild;
    target.replaceWith(holder.content);
    if (at >= 0) fresh?.querySelectorAll(stops)[at]?.focus({ preventScroll: true });
    return fresh;
  }

  async function bring(element) {
    const target = into(element);
    if (!target) return;
    running.get(target)?.abort();
    const stop = new AbortController();
    running.set(target, stop);
    const { partGet, partPost, partReplaces, partUnattended } = element.dataset;
    const headers = { "X-Part": "true" };
    if (partUnattended !== undefined) headers["X-Unattended"] = "1";
    if (partPost) headers["X-CSRFToken"] = document.body.dataset.token;
    tell("part-asked", { element, target });
    element.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(partPost || partGet, {
        method: partPost ? "POST" : "GET", headers, signal: stop.signal, credentials: "same-origin", body: partPost ? typed(element) : undefined,
      });
      if (answer.headers.get("X-Reload")) {
        location.reload();
        return;
      }
      const html = await answer.text();
      if (!answer.ok) {
        tell("part-refused", { element, html });
        return;
      }
      const fresh = swap(target, html, partReplaces !== undefined);
      if (!fresh) return;
      if (fresh === target) fresh.querySelectorAll(ASKING).forEach(wake);
      else [fresh, ...fresh.querySelectorAll(ASKING)].forEach(wake);
      tell("part", { target: fresh });
    } catch (problem) {
      if (problem.name !== "AbortError") tell("part-lost", { element });
    } finally {
      element.removeAttribute("aria-busy");
    }
  }

  function later(element, wait) {
    clearTimeout(running.get(element)?.timer);
    running.set(element, { timer: setTimeout(() => bring(element), wait), abort() { clearTimeout(this.timer); } });
  }

  /* Parts that come by themselves: every so many seconds while they stand on the page, or with what is typed. */
  function repeat(element) {
    setTimeout(async () => {
      if (!element.isConnected) return;
      await bring(element);
      if (element.isConnected) repeat(element);
    }, element.dataset.partEvery * 1000);
  }
  function wake(element) {
    if (element.dataset.partEvery) repeat(element);
    if (element.dataset.partTyped !== undefined) bring(element);
  }

  document.addEventListener("click", (event) => {
    const element = event.target instanceof Element ? event.target.closest("a, button") : null;
    if (!element?.matches(ASKING) || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    bring(element);
  });
  const byForm = (event, wait) => {
    for (const element of event.target.form?.querySelectorAll("[data-part-form]") ?? []) later(element, wait);
  };
  document.addEventListener("change", (event) => byForm(event, 0));
  document.addEventListener("input", (event) => {
    if (event.target.dataset?.partTyped !== undefined) later(event.target, 500);
    byForm(event, 500);
  });
  document.querySelectorAll(ASKING).forEach(wake);
})();
