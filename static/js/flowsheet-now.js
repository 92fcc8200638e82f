// Where the day stands, by what the server knows and what still waits on this device: its phase, an open stop, the next reading.

const MINUTE = 60000;
const READING = ["systolic", "diastolic", "pulse", "spo2", "breaths"];

const first = (entry, name) => entry.fields[name]?.[0] ?? "";

export function reading(entry) {
  const number = (text) => (/^[+-]?\d{1,9}$/.test(text.trim()) ? Number(text) : null);
  return Object.fromEntries(READING.map((name) => [name, number(first(entry, name))]));
}

// What the server said with the page, or with the latest news.
export function known(part) {
  const { phase, started, ended, due, stop, baseline } = part.dataset;
  const when = (text) => (text ? Date.parse(text) : null);
  return { phase, started: when(started), ended: when(ended), due: when(due), stop: stop ? { id: stop, told: true } : null, baseline: baseline ? JSON.parse(baseline) : null };
}

function dueAfter(ended, at, minutes) {
  const sorted = minutes.toSorted((a, b) => a - b);
  const next = sorted.find((due, n) => at < ended + ((n ? sorted[n - 1] : 0) + due) / 2 * MINUTE);
  return next === undefined ? null : ended + next * MINUTE;
}

function measured(stand, entry, at, { judge, rules, limits }) {
  const point = first(entry, "point");
  const taken = reading(entry);
  const { level, reasons } = judge(taken, point, rules, limits, stand.baseline);
  const found = { ...stand, last: taken.systolic === null ? stand.last : `${taken.systolic}/${taken.diastolic}` };
  if (point === "before" && taken.systolic !== null) found.baseline = taken;
  if (level === "hard") found.stop = { id: entry.id, reasons: reasons.filter((one) => one.level === "hard"), told: false };
  if (stand.phase === "during") found.due = at + rules.during_every * MINUTE;
  if (stand.phase === "after" && point === "after") found.due = dueAfter(stand.ended, at, rules.after_at);
  return found;
}

// A typed time is the one nearest to the moment of typing at which the patient's clocks show it.
function momentOf(entry, zone) {
  const made = Date.parse(entry.occurred_at);
  const [hours, minutes] = first(entry, "time").split(":").map(Number);
  if (Number.isNaN(hours) || minutes === undefined) return made;
  const parts = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "numeric", hourCycle: "h23", timeZone: zone }).formatToParts(made);
  const part = (type) => Number(parts.find((one) => one.type === type).value);
  const away = (hours * 60 + minutes - part("hour") * 60 - part("minute") + 1440 + 720) % 1440 - 720;
  return made + away * MINUTE;
}

function next(stand, entry, how) {
  const at = momentOf(entry, how.zone);
  switch (entry.kind) {
    case "vitals": return measured(stand, entry, at, how);
    case "started": return { ...stand, phase: "during", started: at, due: at + how.rules.during_every * MINUTE };
    case "ended": {
      const heeded = stand.stop && first(entry, "outcome") !== "completed";
      return { ...stand, phase: "after", ended: at, due: dueAfter(at, at, how.rules.after_at), stop: heeded ? null : stand.stop };
    }
    case "discharge": return { ...stand, phase: "left", due: null };
    case "authorisation": return { ...stand, stop: null };
    default: {
      const isOne = ([kind, fields]) => kind === entry.kind && Object.entries(fields).every(([name, said]) => first(entry, name) === said);
      const signs = [entry.title, ...entry.said.map(([, said]) => said)].join(", ");
      return how.dangers.some(isOne) ? { ...stand, stop: { id: entry.id, signs, told: false } } : stand;
    }
  }
}

// What was refused did not count, but a stop in it is one of which nobody was told.
function unheard(stand, entry, how) {
  const { stop } = next({ ...stand, stop: null }, entry, how);
  return stop?.id === entry.id ? { ...stand, stop: { ...stop, refused: true } } : stand;
}

// `how` has judge, zone, rules, limits and dangers: [[kind, {field: value}], …], which stop as a reading does.
export function standing(base, waiting, how) {
  const read = waiting.filter((one) => !one.unreadable);
  return read.reduce((stand, entry) => (entry.problems ? unheard : next)(stand, entry, how), base);
}

export function untilDue(due, at, words) {
  if (due === null) return words.nothingDue;
  const minutes = Math.round((due - at) / MINUTE);
  if (minutes > 0) return minutes === 1 ? words.dueInOne : words.dueIn.replace("{count}", minutes);
  return minutes === 0 ? words.dueNow : words.late.replace("{count}", -minutes);
}

export function since(started, at, words) {
  return started === null ? "" : words.minutesSince.replace("{count}", Math.max(0, Math.floor((at - started) / MINUTE)));
}
