// Reading the live chart: by pointer, with the days that a score is about; by keyboard, point by point, aloud.

const NEXT = { ArrowRight: 1, ArrowLeft: -1 };
const LANE = { ArrowDown: 1, ArrowUp: -1 };

// Hover text is Plotly's small HTML, escaped on the server; aloud it is plain text.
function plainText(html) {
  return html.replaceAll("<br>", ", ").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function words(trace, index, lang) {
  const said = [trace.hovertext].flat()[index];
  if (said) return plainText(said);
  const on = new Date(trace.x[index].replace(" ", "T")).toLocaleDateString(lang, { dateStyle: "long" });
  return `${trace.name} ${trace.y[index]}, ${on}`;
}

export function readable(plot, status) {
  const lang = document.documentElement.lang;
  const band = Object.assign(document.createElement("div"), { className: "chart-recall", hidden: true });
  plot.prepend(band);

  function showWindow(point) {
    const window = point.data.customdata?.[point.pointNumber];
    band.hidden = !window;
    if (!window) return;
    const { xaxis, yaxis3, margin } = plot._fullLayout;
    const [left, right] = window.map((at) => Math.min(Math.max(xaxis.d2p(at), 0), xaxis._length));
    Object.assign(band.style, { left: `${margin.l + left}px`, width: `${right - left}px`, top: `${yaxis3._offset}px`, height: `${yaxis3._length}px` });
  }

  // As in the picture, the days of the newest score are shaded while nothing is pointed at.
  function rest() {
    const data = plot.data.find((trace) => trace.meta.role === "score");
    const newest = data ? data.customdata.findLastIndex((window) => window) : -1;
    band.classList.add("is-resting");
    if (newest < 0) band.hidden = true;
    else showWindow({ data, pointNumber: newest });
  }

  function pointAt(point) {
    band.classList.remove("is-resting");
    showWindow(point);
  }

  // A tap is a click without a hover.
  for (const event of ["plotly_hover", "plotly_click"]) plot.on(event, ({ points }) => pointAt(points[0]));
  for (const event of ["plotly_unhover", "plotly_afterplot"]) plot.on(event, rest);
  rest();

  const readables = () => plot.data.map((trace, curve) => ({ trace, curve })).filter(({ trace }) => trace.hoverinfo !== "skip" && trace.x.length);
  const at = { lane: 0, point: -1 };

  function go(traces) {
    const { trace, curve } = traces[at.lane];
    const points = trace.y.map((y, index) => (y === null ? -1 : index)).filter((index) => index >= 0);
    at.point = Math.min(Math.max(at.point, 0), points.length - 1);
    const index = points[at.point];
    globalThis.Plotly.Fx.hover(plot, [{ curveNumber: curve, pointNumber: index }], [`x${trace.yaxis ?? "y"}`]);
    pointAt({ data: trace, pointNumber: index });
    status.textContent = words(trace, index, lang);
  }

  plot.addEventListener("keydown", (event) => {
    const traces = readables();
    if (!traces.length) return;
    if (event.key in NEXT) at.point += NEXT[event.key];
    else if (event.key in LANE) at.lane = (at.lane + LANE[event.key] + traces.length) % traces.length;
    else if (event.key === "Home") at.point = 0;
    else if (event.key === "End") at.point = Infinity;
    else return;
    event.preventDefault();
    go(traces);
  });
  const first = readables().findIndex(({ trace }) => trace.meta.role === "score");
  Object.assign(at, { lane: Math.max(first, 0), point: Infinity });
}
