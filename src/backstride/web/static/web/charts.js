// Brings the pictures of a page in, and makes them answer to a pointer. Without it they are still pictures on a page of their own.
"use strict";
(() => {
  const place = document.getElementById("pictures");
  const later = (ms) => new Promise((done) => setTimeout(done, ms));

  // Pictures take a moment to be drawn: 202 says "not yet".
  async function bring() {
    const link = place.innerHTML;
    const say = document.createElement("p");
    say.setAttribute("role", "status");
    say.textContent = place.dataset.wait;
    place.replaceChildren(say);
    try {
      for (let tries = 0; tries < 60; tries += 1) {
        const answer = await fetch(place.dataset.from, { credentials: "same-origin" });
        if (answer.status === 200) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          place.replaceChildren(...page.getElementById("pictures").children);
          return true;
        }
        if (answer.status !== 202) break;
        await later(700);
      }
    } catch {
      // The link stays.
    }
    place.innerHTML = link;
    return false;
  }

  function load(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  }

  async function wake(chart) {
    const answer = await fetch(chart.dataset.spec, { credentials: "same-origin" });
    if (!answer.ok) return;
    const spec = await answer.json();
    // No chart can be read in less; where there is less room it is made smaller as a whole, as the still picture is.
    spec.width = Math.max(360, chart.clientWidth);
    // Vega takes the role of its own element away, so the name stands on one around it.
    const live = document.createElement("div");
    live.className = "live";
    live.setAttribute("role", "img");
    live.setAttribute("aria-label", chart.dataset.words);
    live.append(document.createElement("div"));
    // Its many marks have roles but no names; what they say stands below in words and in a table.
    live.firstChild.setAttribute("aria-hidden", "true");
    chart.append(live);
    try {
      await window.vegaEmbed(live.firstChild, spec, {
        // Nothing is made into code, and no style is put into the page: the policy of the page forbids both.
        ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true },
      });
      chart.querySelector("picture").remove();
    } catch {
      live.remove();
    }
  }

  async function start() {
    if (place.dataset.from && !(await bring())) return;
    const charts = place.querySelectorAll(".chart");
    if (!charts.length) return;
    await load(place.dataset.scripts);
    for (const chart of charts) await wake(chart);
  }

  if (place) start().catch(() => {});
})();
