// Puts the live chart exactly where the picture stands: same lanes, same edges, same size of words.

export function shownPicture(figure) {
  return [...figure.querySelectorAll("svg.chart-wide, svg.chart-narrow")].find((svg) => svg.getBoundingClientRect().width > 0);
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
  axes.yaxis2.range = [0.5 - Math.max(1, sheet.rows), 0.5];
  return {
    sheet: layout.meta.sheets.indexOf(sheet),
    box: { left: inner.left - outer.left - figure.clientLeft, top: inner.top - outer.top - figure.clientTop, width: inner.width, height: sheet.bottom * scale + axis },
    font: { family: getComputedStyle(figure).fontFamily, size: sheet.font * scale },
    layout: {
      ...layout,
      ...axes,
      shapes: layout.shapes.map((one) => (one.yref === "paper" ? { ...one, y1: 1 - sheet.sign / sheet.bottom } : one)),
      xaxis: { ...layout.xaxis, range: [...sheet.range], nticks: Math.max(3, Math.round(inner.width / 90)) },
      width: inner.width,
      height: sheet.bottom * scale + axis,
      margin: { l: sheet.left * scale, r: sheet.right * scale, t: 0, b: axis, pad: 0 },
    },
  };
}

// Heads of infusions shrink where they would cover each other, and say their number where there is room.
export function heads(plot) {
  const x = plot._fullLayout.xaxis;
  const traces = plot.data.map((trace, index) => ({ trace, index })).filter(({ trace }) => trace.mode === "markers+text" && trace.yaxis === "y");
  const all = traces.flatMap(({ trace }) => trace.x.map((at) => x.d2p(at))).sort((a, b) => a - b);
  const most = plot._fullLayout.font.size * 1.6;
  const room = (at) => Math.min(...all.filter((other) => other !== at).map((other) => Math.abs(other - at)), most * 2);
  const sizes = traces.map(({ trace }) => trace.x.map((at) => Math.max(4, Math.min(most, room(x.d2p(at)) * 0.95))));
  const update = {
    "marker.size": sizes,
    text: traces.map(({ trace }, n) => trace.meta.numbers.map((number, m) => (sizes[n][m] > most * 0.8 ? number : ""))),
  };
  return traces.length ? globalThis.Plotly.restyle(plot, update, traces.map(({ index }) => index)) : Promise.resolve();
}
