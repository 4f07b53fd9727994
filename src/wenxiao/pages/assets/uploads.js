/* 问效 · files on their way: how much has gone, and a way to stop. Without it the browser sends the form as ever. */
(function () {
  "use strict";
  const SHOWN_FROM = 300 * 1024;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.enctype !== "multipart/form-data" || form.hasAttribute("hx-post")) return;
    const size = [...form.querySelectorAll("input[type=file]")].flatMap((one) => [...one.files]).reduce((sum, file) => sum + file.size, 0);
    if (size < SHOWN_FROM) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const request = new XMLHttpRequest();
    const line = document.createElement("p");
    line.className = "uploading";
    line.setAttribute("role", "status");
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    const words = document.createElement("span");
    const stop = document.createElement("button");
    stop.type = "button";
    stop.className = "btn sm";
    stop.textContent = "取消上传";
    line.append(bar, words, stop);
    form.append(line);
    const buttons = [...form.querySelectorAll("button:not([type=button])")];
    for (const one of buttons) one.disabled = true;
    const over = (said) => {
      for (const one of buttons) one.disabled = false;
      line.remove();
      document.dispatchEvent(new CustomEvent("wenxiao:not-sent"));
      document.dispatchEvent(new CustomEvent("wenxiao:say", { detail: said }));
    };
    request.upload.addEventListener("progress", (sent) => {
      const part = Math.floor((sent.loaded * 100) / (sent.total || size));
      bar.value = part;
      words.textContent = part < 100 ? `已上传 ${part}%` : "已上传，正在检查文件";
    });
    stop.addEventListener("click", () => request.abort());
    request.addEventListener("abort", () => over("已取消上传，没有交上去；填的内容还在。"));
    request.addEventListener("error", () => over("网络不通，没有交上去；填的内容还在，请再交一次。"));
    request.addEventListener("load", () => {
      history.pushState(null, "", request.responseURL);
      document.open();
      document.write(request.responseText);
      document.close();
    });
    request.open("POST", form.action);
    request.send(data);
  });
})();
