// The picture in the page becomes a live chart when somebody reaches for it. Until then nothing is loaded.

import { paint, palette } from "./chart-paint.js";
import { fit, place } from "./chart-place.js";
import { readable } from "./chart-read.js";

const CONFIG = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: "reset", showTips: false };
const coarse = matchMedia("(pointer: coarse)");
let library;

function load(address) {
  library ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: address });
    script.onload = () => resolve(globalThis.Plotly);
    script.onerror = () => { library = undefined; script.remove(); reject(new Error("the chart's library could not be loaded")); };
    document.head.append(script);
  });
  return library;
}

// Plotly names months in English only, unless told otherwise; the browser knows the page's language.
function locale(lang) {
  const names = (options, days) => days.map((day) => new Intl.DateTimeFormat(lang, { ...options, timeZone: "UTC" }).format(day));
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2024, month, 15)));
  const week = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2024, 8, 1 + day)));
  return { format: {
    months: names({ month: "long" }, months), shortMonths: names({ month: "short" }, months),
    days: names({ weekday: "long" }, week), shortDays: names({ weekday: "short" }, week),
  } };
}

class Live {
  constructor(figure) {
    this.figure = figure;
    this.lang = document.documentElement.lang || "en";
    this.source = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    this.status = figure.querySelector("[data-said]");
  }

  drawn() {
    const placed = place(this.figure, this.source.layout);
    Object.assign(this.plot.style, Object.fromEntries(Object.entries(placed.box).map(([key, value]) => [key, `${value}px`])));
    const data = this.source.data.map((one) => (one.meta.rows ? { ...one, y: one.meta.rows[placed.sheet].map((row) => -row) } : one));
    const painted = paint(data, placed.layout, palette(this.figure), placed.font);
    painted.layout.dragmode = coarse.matches ? false : "zoom";
    painted.layout.xaxis.fixedrange = coarse.matches;
    this.range = [...painted.layout.xaxis.range];
    painted.layout.meta = { ...painted.layout.meta, whole: this.range };
    this.figure.classList.remove("is-zoomed");
    return painted;
  }

  async start() {
    const plotly = await load(this.figure.dataset.plotly);
    this.plot = document.createElement("div");
    Object.assign(this.plot, { className: "chart-live", tabIndex: 0 });
    this.plot.setAttribute("role", "application");
    this.plot.setAttribute("aria-label", this.figure.dataset.live);
    this.figure.append(this.plot);
    const { data, layout } = this.drawn();
    await plotly.newPlot(this.plot, data, layout, { ...CONFIG, locale: this.lang, locales: { [this.lang]: locale(this.lang) } });
    await fit(this.plot);
    this.stretches();
    this.figure.classList.add("is-live");
    readable(this.plot, this.status);
    this.plot.on("plotly_relayout", (change) => { if (Object.keys(change).some((key) => key.startsWith("xaxis"))) this.zoomed(); });
    const again = () => { const next = this.drawn(); plotly.react(this.plot, next.data, next.layout).then(() => { fit(this.plot); this.stretches(); }); };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    this.watch(again);
  }

  zoomed() {
    const [now, whole] = [this.plot.layout.xaxis.range, this.range].map((range) => range.map((at) => Date.parse(at.replace(" ", "T"))));
    this.figure.classList.toggle("is-zoomed", now.some((at, end) => Math.abs(at - whole[end]) > 60000));
    this.stretches();
    fit(this.plot);
  }

  // The picture's own stretches of time stay, with their words, until they no longer stand in the right place.
  stretches() {
    const found = this.plot.data.map((one, index) => (one.meta.role.startsWith("stretch") ? index : -1)).filter((index) => index >= 0);
    const opacity = this.figure.classList.contains("is-zoomed") ? 1 : 0;
    if (found.length) globalThis.Plotly.restyle(this.plot, { opacity }, found);
  }

  watch(again) {
    let width = this.figure.clientWidth;
    new ResizeObserver(() => {
      if (this.figure.clientWidth === width) return;
      width = this.figure.clientWidth;
      requestAnimationFrame(again);
    }).observe(this.figure);
  }
}

// On a phone the choices scroll sideways: what is chosen comes into sight, and the row snaps to a whole choice.
for (const chosen of document.querySelectorAll(".progress-ranges [aria-current]")) {
  const row = chosen.closest("ul");
  if (chosen.offsetLeft + chosen.offsetWidth > row.clientWidth) row.scrollLeft = chosen.offsetLeft;
}

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const explore = figure.querySelector("[data-explore]");
  let live;
  const taken = () => { explore.textContent = explore.dataset.whole; };
  const reach = () => (live ??= new Live(figure).start().then(taken, () => { live = undefined; }));
  figure.querySelectorAll("svg.chart").forEach((picture) => {
    picture.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") reach(); });
    picture.addEventListener("click", reach);
  });
  figure.classList.add("is-ready");
  explore.addEventListener("click", () => reach().then(() => {
    const plot = figure.querySelector(".chart-live");
    plot?.focus();
    if (figure.classList.contains("is-zoomed")) globalThis.Plotly.relayout(plot, { "xaxis.range": [...plot.layout.meta.whole] });
  }));
}
