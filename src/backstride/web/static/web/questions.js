// A clock for self-tests that are held for a while: it counts down when it is asked to, and says so at the end.
const place = document.querySelector(".timer[data-seconds]");

if (place) {
  const all = Number(place.dataset.seconds);
  const button = document.createElement("button");
  const shown = document.createElement("span");
  button.type = "button";
  button.className = "quiet";
  button.textContent = place.dataset.start;
  shown.setAttribute("role", "timer");
  shown.className = "clock-face";
  let running = 0;
  button.addEventListener("click", () => {
    clearInterval(running);
    const end = performance.now() + all * 1000;
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      shown.textContent = left ? String(left) : place.dataset.over;
      if (!left) clearInterval(running);
    };
    running = setInterval(tick, 200);
    tick();
  });
  place.after(button, shown);
}

// Not sure and yes are one or the other.
for (const row of document.querySelectorAll(".signs li")) {
  const boxes = [...row.querySelectorAll("input")];
  for (const box of boxes) {
    box.addEventListener("change", () => {
      if (box.checked) for (const other of boxes) other.checked = other === box;
    });
  }
}

// A number that is typed takes "not sure" away.
for (const box of document.querySelectorAll("input[name$='-unsure']")) {
  const number = box.form.elements[box.name.replace(/-unsure$/, "")];
  number?.addEventListener("input", () => (box.checked = false));
  box.addEventListener("change", () => {
    if (box.checked) number.value = "";
  });
}
