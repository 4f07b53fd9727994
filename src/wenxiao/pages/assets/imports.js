/* 问效 · the import wizard's comforts: when files were last saved, how many were chosen, copying a list. */
(function () {
  "use strict";
  const MB = 1024 * 1024;
  /* A name typed or chosen as another one is the answer then. */
  document.addEventListener("change", (event) => {
    const other = event.target.closest(".typed")?.closest(".line")?.querySelector("[type=radio]");
    if (other && event.target.value) other.checked = true;
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-upload]");
    if (!form || event.target.type !== "file") return;
    const files = [...event.target.files];
    const local = (at) => new Date(at - new Date(at).getTimezoneOffset() * 60000).toISOString().slice(0, 16);
    form.elements.modified.value = JSON.stringify(files.map((file) => local(file.lastModified)));
    const told = form.querySelector("[data-chosen]");
    told.textContent = `已选 ${files.length} 份，共 ${(files.reduce((sum, file) => sum + file.size, 0) / MB).toFixed(1)} MB。`;
    told.hidden = files.length === 0;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-upload]");
    if (!form) return;
    const button = form.querySelector(".btn.main");
    button.setAttribute("aria-busy", "true");
    button.textContent = "正在上传";
  });
  const again = () => {
    for (const button of document.querySelectorAll("[data-upload] .btn.main")) {
      button.removeAttribute("aria-busy");
      button.textContent = "上传并预览";
    }
  };
  window.addEventListener("pageshow", again);
  document.addEventListener("wenxiao:not-sent", again);
  /* An intranet page is often plain http, where the clipboard interface does not exist. */
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
    if (!button) return;
    const area = document.getElementById(button.dataset.copy);
    for (let box = area.closest("details"); box; box = null) box.open = true;
    area.focus();
    area.select();
    const word = button.textContent;
    button.textContent = document.execCommand("copy") ? "已复制" : "已选中，请按 Ctrl C";
    setTimeout(() => { button.textContent = word; }, 3000);
  });
})();
