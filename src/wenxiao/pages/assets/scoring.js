/* 问效 · the running total of a score sheet while points are typed, in hundredths; what is stored is still computed by the server. */
(function () {
  "use strict";
  const form = document.querySelector("[data-scoring]");
  const running = form?.querySelector("[data-running]");
  if (!running) return;
  const fields = [...form.querySelectorAll("input.points")];
  function hundredths(text) {
    const found = /^(\d{1,4})(?:\.(\d{1,2}))?$/.exec(text.trim().normalize("NFKC"));
    return found ? Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0")) : null;
  }
  function add() {
    const points = fields.map((field) => hundredths(field.value)).filter((one) => one !== null);
    const sum = points.reduce((total, one) => total + one, 0);
    const written = fields.filter((field) => field.value.trim()).length;
    const unread = written - points.length;
    running.textContent = `已填 ${written} / ${fields.length} 行，小计 ${(sum / 100).toFixed(2)}${unread ? `，${unread} 行认不出数` : ""}`;
  }
  /* Why a figure was changed is asked once it is. */
  function asks(field) {
    const why = field.closest("tr")?.querySelector('[name^="w"]');
    field.closest("tr")?.classList.toggle("changed", field.value !== field.defaultValue || Boolean(why && why !== field && why.value));
  }
  form.querySelector(".marking")?.classList.add("watched");
  fields.forEach(asks);
  form.addEventListener("input", (event) => { if (fields.includes(event.target)) asks(event.target); });
  form.addEventListener("input", add);
  add();
})();
