// The body map: tap a place, or draw it. It stands for the list of checkboxes, which is what is sent; the two are always in step.
const map = document.getElementById("body-map");
const boxes = new Map([...document.querySelectorAll("[data-region]")].filter((one) => one.matches("input")).map((one) => [one.dataset.region, one]));
const shapes = new Map([...map.querySelectorAll("path[data-region]")].map((one) => [one.dataset.region, one]));
const told = document.getElementById("map-told");
const asked = document.getElementById("map-drew");
const SVG = "http://www.w3.org/2000/svg";
const name = (id) => boxes.get(id).dataset.name;
let mode = "tap";
let strokes = [];

// -- marks

const set = (id, on) => {
  boxes.get(id).checked = on;
  shown();
};

const shown = () => {
  const marked = [...boxes.keys()].filter((id) => boxes.get(id).checked);
  for (const [id, shape] of shapes) shape.setAttribute("aria-checked", String(boxes.get(id).checked));
  told.textContent = marked.length ? `${map.dataset.marked} ${marked.map(name).join("; ")}.` : map.dataset.nothing;
};

for (const box of boxes.values()) box.addEventListener("change", shown);

for (const [id, shape] of shapes) {
  shape.addEventListener("click", () => mode === "tap" && set(id, !boxes.get(id).checked));
  shape.addEventListener("keydown", (event) => {
    if (event.key === " " || event.key === "Enter") set(id, !boxes.get(id).checked);
    else if (event.key.startsWith("Arrow")) walk(shape, event.key);
    else return;
    event.preventDefault();
  });
}

// -- by keyboard: each view is one stop, the arrow keys go to the neighbour

const middle = (shape) => {
  const box = shape.getBBox();
  return [Math.min(Math.max(box.x + box.width / 2, 20), 120), box.y + box.height / 2];
};

const stop = (shape) => {
  for (const other of shape.closest("svg").querySelectorAll("path[data-region]")) other.tabIndex = other === shape ? 0 : -1;
};

const walk = (from, key) => {
  const [x, y] = middle(from);
  const along = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  let best = null;
  for (const to of from.closest("svg").querySelectorAll("path[data-region]")) {
    const [a, b] = middle(to);
    const ahead = (a - x) * along[0] + (b - y) * along[1];
    const aside = Math.abs((a - x) * along[1]) + Math.abs((b - y) * along[0]);
    // What lies beside the way counts more than what lies on it.
    if (to !== from && ahead > 2 && (best === null || ahead + 2 * aside < best.far)) best = { to, far: ahead + 2 * aside };
  }
  if (best === null) return;
  stop(best.to);
  best.to.focus();
};

for (const shape of shapes.values()) shape.addEventListener("focus", () => stop(shape));

// -- drawing: an area, or a line along which it spreads

const STEP = 3; // units of the drawing between two points that are looked at
const MOST_OF_REGION = 0.35; // an area that covers this share of a region means it
const MOST_OF_AREA = 0.25; // so does one that lies in it with this share
const ALONG = 8; // a line that runs this far in a region means it

const at = (svg, event) => {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [point.x, point.y];
};

const inside = (shape, x, y) => {
  const svg = shape.closest("svg");
  const point = svg.createSVGPoint();
  point.x = x;
  point.y = y;
  return shape.isPointInFill(point) && svg.querySelector(".outline").isPointInFill(point);
};

const within = (points, x, y) => {
  let odd = false;
  for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
    const [[a, b], [c, d]] = [points[i], points[j]];
    if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) odd = !odd;
  }
  return odd;
};

const near = (points, x, y) => points.some(([a, b]) => (a - x) ** 2 + (b - y) ** 2 <= STEP ** 2);

const dense = (points) => {
  const all = [points[0]];
  for (const [x, y] of points.slice(1)) {
    const [a, b] = all.at(-1);
    const parts = Math.max(1, Math.ceil(Math.hypot(x - a, y - b) / STEP));
    for (let i = 1; i <= parts; i++) all.push([a + ((x - a) * i) / parts, b + ((y - b) * i) / parts]);
  }
  return all;
};

const areaHits = (svg, points) => {
  const counts = [];
  let all = 0;
  for (const shape of svg.querySelectorAll("path[data-region]")) {
    const box = shape.getBBox();
    let own = 0;
    let hit = 0;
    for (let x = Math.max(box.x, 0) + STEP / 2; x < Math.min(box.x + box.width, 140); x += STEP) {
      for (let y = box.y + STEP / 2; y < box.y + box.height; y += STEP) {
        if (!inside(shape, x, y)) continue;
        own += 1;
        if (within(points, x, y) || near(points, x, y)) hit += 1;
      }
    }
    counts.push([shape.dataset.region, own, hit]);
    all += hit;
  }
  return counts.filter(([, own, hit]) => hit && (hit / own >= MOST_OF_REGION || hit / all >= MOST_OF_AREA)).map(([id]) => id);
};

const lineHits = (svg, points) => {
  const hits = [];
  for (const shape of svg.querySelectorAll("path[data-region]")) {
    const length = points.filter(([x, y]) => inside(shape, x, y)).length * STEP;
    if (length >= Math.min(ALONG, points.length * STEP * 0.5)) hits.push(shape.dataset.region);
  }
  return hits;
};

const wipe = () => {
  for (const stroke of strokes) stroke.line.remove();
  strokes = [];
  asked.hidden = true;
};

const ask = () => {
  const drawn = [...new Set(strokes.filter((one) => !one.kept).flatMap((one) => one.hits))];
  asked.hidden = false;
  asked.querySelector("p").textContent = drawn.length ? `${map.dataset.drew} ${drawn.map(name).join(", ")}. ${map.dataset.right}` : map.dataset.missed;
  asked.querySelector("[data-yes]").hidden = !drawn.length;
  return drawn;
};

for (const svg of map.querySelectorAll("svg")) {
  let line = null;
  let points = [];
  svg.addEventListener("pointerdown", (event) => {
    if (mode === "tap" || line !== null) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    points = [at(svg, event)];
    line = document.createElementNS(SVG, "polyline");
    line.setAttribute("class", mode === "area" ? "drawn area-drawn" : "drawn");
    svg.append(line);
  });
  svg.addEventListener("pointermove", (event) => {
    if (line === null) return;
    points.push(at(svg, event));
    line.setAttribute("points", points.map((one) => one.map((n) => n.toFixed(1)).join(",")).join(" "));
  });
  const end = () => {
    if (line === null) return;
    const all = dense(points);
    strokes.push({ line, kept: false, hits: mode === "area" ? areaHits(svg, all) : lineHits(svg, all) });
    line = null;
    ask();
  };
  svg.addEventListener("pointerup", end);
  svg.addEventListener("pointercancel", end);
}

asked.querySelector("[data-yes]").addEventListener("click", () => {
  for (const id of ask()) set(id, true);
  for (const stroke of strokes) stroke.kept = true;
  asked.hidden = true;
  told.focus();
});
asked.querySelector("[data-no]").addEventListener("click", () => {
  for (const stroke of strokes.filter((one) => !one.kept)) stroke.line.remove();
  strokes = strokes.filter((one) => one.kept);
  asked.hidden = true;
  told.focus();
});

for (const choice of map.querySelectorAll("input[name=map-mode]")) {
  choice.addEventListener("change", () => {
    mode = choice.value;
    map.dataset.mode = mode;
  });
}
map.querySelector("[data-wipe]").addEventListener("click", () => {
  wipe();
  for (const box of boxes.values()) box.checked = false;
  shown();
});
for (const button of map.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    map.dataset.view = button.dataset.show;
    for (const other of map.querySelectorAll("[data-show]")) other.setAttribute("aria-pressed", String(other === button));
  });
}

// What was drawn counts only after a yes: going on with an open question leads to it.
map.closest("form").addEventListener("submit", (event) => {
  if (asked.hidden || event.submitter?.value === "skip") return;
  event.preventDefault();
  asked.scrollIntoView({ block: "center" });
  asked.querySelector("button:not([hidden])").focus();
});

for (const svg of map.querySelectorAll("svg")) stop(svg.querySelector("path[data-region]"));
for (const choice of map.querySelectorAll("input[name=map-mode]")) choice.checked = choice.value === mode;
document.getElementById("where-list").open = false;
map.hidden = false;
shown();
