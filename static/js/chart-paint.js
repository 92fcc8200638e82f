// Gives the live chart the colours of the page. The figure from the server has roles and no colours.

const MARKS = { alert: "alert" };
const STEMS = {
  induction: { width: 1 },
  booster: { width: 1.75 },
  planned: { width: 1.75, dash: "5px,4px" },
  "stopped-early": { width: 1.75, dash: "10px,3px,2px,3px" },
};

// The browser works out what each variable comes to, system colours too, which Plotly does not know by name.
export function palette(figure) {
  const probe = figure.appendChild(document.createElement("i"));
  probe.hidden = true;
  const known = new Map();
  return (name) => {
    if (!known.has(name)) {
      probe.style.color = `var(--chart-${name})`;
      known.set(name, getComputedStyle(probe).color);
    }
    return known.get(name);
  };
}

// Open points are filled with the ground, so that no line shows through them.
function points(trace, colour) {
  const symbols = [trace.marker.symbol].flat();
  const open = symbols.map((symbol) => symbol.endsWith("-open"));
  const [ink, paper] = [colour("ink"), colour("paper")];
  return {
    symbol: symbols.map((symbol) => symbol.replace("-open", "")),
    opacity: 1,
    size: 9,
    color: open.map((is) => (is ? paper : ink)),
    line: { width: 1.5, color: open.map((is) => (is ? ink : paper)) },
  };
}

function head(role, colour) {
  const [given, paper] = [colour("given"), colour("paper")];
  if (role === "not-given") return { opacity: 1, color: colour("soft"), line: { width: 1.5, color: colour("soft") } };
  const filled = role === "booster";
  return { symbol: "circle", opacity: 1, color: filled ? given : paper, line: { width: role === "stopped-early" ? 3 : 1.5, color: given } };
}

const TRACES = {
  score: (trace, colour) => ({ line: { color: colour("ink"), width: 2 }, marker: points(trace, colour) }),
  ring: (trace, colour) => ({ marker: { ...trace.marker, size: 16, color: colour("ink"), line: { width: 1.25, color: colour("ink") } } }),
  version: (trace, colour) => ({ line: { color: colour("soft"), width: 1.5, dash: "6px,3px" } }),
  unscored: (trace, colour) => ({ marker: { ...trace.marker, size: 8, color: colour("ink"), line: { width: 1.5, color: colour("ink") } } }),
  daily: (trace, colour) => ({ marker: { ...trace.marker, size: 4, color: colour("quiet"), line: { width: 0 } } }),
  imported: (trace, colour) => ({ marker: { ...trace.marker, size: 4.5, color: colour("quiet"), line: { width: 1, color: colour("quiet") } } }),
  median: (trace, colour) => ({ line: { color: colour("ink"), width: 1.6 } }),
  "stretch-alert": (trace, colour) => ({ line: { color: colour("alert"), width: 6 }, marker: { size: 6, color: colour("alert"), line: { width: 0 } } }),
  stretch: (trace, colour) => ({ line: { color: colour("band-4"), width: 14 }, textfont: { color: colour("soft") } }),
};

function trace(one, colour) {
  const role = one.meta.role;
  if (TRACES[role]) return { ...one, ...TRACES[role](one, colour) };
  if (role.startsWith("mark-")) {
    const tint = colour(MARKS[role.slice(5)] ?? "soft");
    return { ...one, marker: { ...one.marker, size: 9, color: tint, line: { width: 1.5, color: tint } }, textfont: { color: colour("soft") } };
  }
  return { ...one, marker: { ...one.marker, ...head(role, colour) }, textfont: { color: colour(role === "booster" ? "on-given" : "given"), weight: 650 } };
}

// What lies still under the marks (bands, scales, names) stays as the picture has it; only what moves is drawn live.
export function paint(data, layout, colour, font) {
  const axes = Object.fromEntries(Object.entries(layout).filter(([key]) => /^[xy]axis/.test(key)).map(([key, axis]) => (
    [key, { ...axis, linecolor: colour("rule"), tickcolor: colour("rule"), showline: key === "xaxis", ticks: key === "xaxis" ? "outside" : "", showticklabels: key === "xaxis" }]
  )));
  return {
    data: data.map((one) => trace(one, colour)),
    layout: {
      ...layout,
      ...axes,
      font: { family: font.family, size: font.size, color: colour("ink") },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      hoverlabel: { bgcolor: colour("ink"), bordercolor: colour("ink"), font: { color: colour("paper"), family: font.family, size: 13 }, align: "left" },
      shapes: layout.shapes.filter((one) => one.name in STEMS).map((one) => ({ ...one, full: STEMS[one.name].width, line: { color: colour("given"), ...STEMS[one.name] } })),
      annotations: [],
    },
  };
}
