// Puts the live chart exactly where the picture stands: same lanes, same edges, same size of words.

export function shownPicture(figure) {
  return [...figure.querySelectorAll("svg.chart-wide, svg.chart-narrow")].find((svg) => svg.getBoundingClientRect().width > 0);
}

// An infusion's line leaves the same words alone as in the picture, whose path says from where to where each piece is.
function stem(one, path, sheet) {
  const at = one.x0.replace(" ", "_");
  const ends = [...path.getAttribute("d").matchAll(/ ([\d.]+)/g)].map(([, y]) => 1 - y / sheet.bottom);
  ends[0] = 1 - sheet.sign / sheet.bottom;
  return { ...one, y1: ends[0], type: "path", path: ends.map((y, n) => `${n % 2 ? "L" : "M"}${at},${y}`).join("") };
}

export function place(figure, layout) {
  const picture = shownPicture(figure);
  const sheet = layout.meta.sheets.find((one) => picture.classList.contains(`chart-${one.name}`));
  const [outer, inner] = [figure.getBoundingClientRect(), picture.getBoundingClientRect()];
  const scale = inner.width / sheet.width;
  const axis = (2 * sheet.font + 12) * scale;
  const axes = {};
  for (const key of Object.keys(layout).filter((name) => name.startsWith("yaxis"))) {
    const [top, bottom] = sheet.lanes[key] ?? [0, 0];
    axes[key] = { ...layout[key], domain: [Math.max(0, 1 - bottom / sheet.bottom), Math.max(0.001, 1 - top / sheet.bottom)] };
  }
  const paths = [...picture.querySelectorAll(".c-plot .c-stem")];
  axes.yaxis2.range = [0.5 - Math.max(1, sheet.rows), 0.5];
  return {
    sheet: layout.meta.sheets.indexOf(sheet),
    box: { left: inner.left - outer.left - figure.clientLeft, top: inner.top - outer.top - figure.clientTop, width: inner.width, height: sheet.bottom * scale + axis },
    font: { family: getComputedStyle(figure).fontFamily, size: sheet.font * scale },
    layout: {
      ...layout,
      ...axes,
      shapes: layout.shapes.map((one) => (one.yref === "paper" ? stem(one, paths.shift(), sheet) : one)),
      xaxis: { ...layout.xaxis, range: [...sheet.range], tickangle: 0, nticks: Math.max(3, Math.floor(inner.width / scale / sheet.font / 6.5)) },
      width: inner.width,
      height: sheet.bottom * scale + axis,
      margin: { l: sheet.left * scale, r: sheet.right * scale, t: 0, b: axis, pad: 0 },
    },
  };
}

function heads(plot, x) {
  const traces = plot.data.map((trace, index) => ({ trace, index })).filter(({ trace }) => trace.meta.numbers);
  const all = traces.flatMap(({ trace }) => trace.x.map((at) => x.d2p(at))).filter((at) => at >= 0 && at <= x._length).sort((a, b) => a - b);
  const most = plot._fullLayout.font.size * 1.6;
  const least = all.length > 16 ? 3 : 8;
  const room = (at) => Math.min(most, ...all.filter((other) => other !== at).map((other) => Math.abs(other - at) * (least < 8 ? 0.6 : 0.95)));
  return traces.map(({ trace, index }) => {
    const sizes = trace.x.map((at) => (trace.meta.role === "not-given" ? least : Math.max(least, room(x.d2p(at)))));
    return { index, sizes, text: trace.meta.numbers.map((number, n) => (sizes[n] > most * 0.8 ? number : "")), isFine: least < 8 };
  });
}

// Draws finer what stands close together, and says again what has room: after every change of what is shown.
export async function fit(plot) {
  const plotly = globalThis.Plotly;
  const x = plot._fullLayout.xaxis;
  const placed = heads(plot, x);
  const indices = (role) => plot.data.map((trace, index) => (trace.meta.role === role ? index : -1)).filter((index) => index >= 0);
  const fine = placed.some((one) => one.isFine);
  // The words go where the picture is zoomed, and the lines are whole.
  const type = plot.parentElement.classList.contains("is-zoomed") ? "line" : "path";
  if (placed.length) {
    await plotly.restyle(plot, { "marker.size": placed.map((one) => one.sizes), text: placed.map((one) => one.text) }, placed.map((one) => one.index));
    await plotly.relayout(plot, { shapes: plot.layout.shapes.map((one) => ({ ...one, type, opacity: fine ? 0.6 : 1, line: { ...one.line, width: fine ? 0.75 : one.full } })) });
  }
  const [score] = indices("score");
  if (score === undefined) return;
  const seen = plot.data[score].x.map((at) => x.d2p(at)).filter((at) => at >= 0 && at <= x._length);
  const crowded = seen.length > 2 && (Math.max(...seen) - Math.min(...seen)) / seen.length < 7;
  await plotly.restyle(plot, { "marker.size": crowded ? 4 : 9, "marker.line.width": crowded ? 0 : 1.5, "line.width": crowded ? 1.2 : 2 }, [score]);
  if (indices("ring").length) await plotly.restyle(plot, { opacity: crowded ? 0 : 1 }, indices("ring"));
}
