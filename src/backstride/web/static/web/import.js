// Files by drag and drop, how far they are copied, and a word before what can't work. Without it the form works as it is.
"use strict";
(() => {
  const form = document.getElementById("send");
  const input = document.getElementById("files");
  const drop = document.getElementById("drop");
  const chosen = document.getElementById("chosen");
  const said = document.getElementById("said");
  const sending = document.getElementById("sending");
  const bar = document.getElementById("bar");
  const go = document.getElementById("go");
  let request = null;

  const size = (bytes) => {
    const units = ["B", "kB", "MB", "GB"];
    let at = 0;
    while (bytes >= 1000 && at < units.length - 1) { bytes /= 1000; at += 1; }
    return `${at > 1 && bytes < 100 ? bytes.toFixed(1) : Math.round(bytes)} ${units[at]}`;
  };
  const tell = (words) => { said.textContent = words; };

  const list = () => {
    chosen.replaceChildren(...Array.from(input.files).slice(0, 30).map((file) => {
      const item = document.createElement("li");
      item.textContent = `${file.name}, ${size(file.size)}`;
      return item;
    }));
    tell("");
  };
  input.addEventListener("change", list);
  drop.querySelector(".drop-words").hidden = false;

  // What misses the field must not make the browser open the file and lose the page.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", (event) => { if (!drop.contains(event.relatedTarget)) drop.classList.remove("over"); });
  drop.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (request) return;
    const folder = Array.from(event.dataTransfer.items || []).some((item) => {
      const entry = item.webkitGetAsEntry && item.webkitGetAsEntry();
      return entry && entry.isDirectory;
    });
    if (folder) { tell(form.dataset.folder); return; }
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; list(); }
  });

  const end = (words) => {
    request = null;
    sending.hidden = true;
    go.disabled = false;
    input.disabled = false;
    tell(words);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (request) return;
    const whole = Array.from(input.files).reduce((sum, file) => sum + file.size, 0);
    if (!input.files.length) { tell(form.dataset.none); input.focus(); return; }
    if (whole > Number(form.dataset.room)) { tell(form.dataset.full.replace("%s", size(2 * whole))); return; }
    const data = new FormData(form);
    request = new XMLHttpRequest();
    let shown = -1;
    request.upload.addEventListener("progress", (now) => {
      if (!now.lengthComputable) return;
      const percent = Math.floor(100 * now.loaded / now.total);
      bar.value = percent;
      // A screen reader hears every tenth, not every percent.
      const step = percent - percent % 10;
      if (step !== shown) { shown = step; tell(percent < 100 ? form.dataset.sending.replace("%s", String(step)) : form.dataset.taken); }
    });
    request.addEventListener("load", () => {
      if (request.status < 400) { window.location.assign(request.responseURL); return; }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const words = Array.from(page.querySelectorAll("main h1, main > p:not(:has(a))")).map((one) => one.textContent.trim());
      end(words.join(" ") || form.dataset.broken);
    });
    request.addEventListener("error", () => end(form.dataset.broken));
    request.addEventListener("abort", () => end(""));
    request.open("POST", form.action);
    request.send(data);
    go.disabled = true;
    input.disabled = true;
    bar.value = 0;
    sending.hidden = false;
  });
  document.getElementById("cancel").addEventListener("click", () => { if (request) request.abort(); });
  // The page as it was left, brought back by the back button, sends nothing any more.
  window.addEventListener("pageshow", (event) => { if (event.persisted) end(""); });
})();
