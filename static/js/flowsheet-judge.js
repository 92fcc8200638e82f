// Says what the limits say of a reading, as the server does (portal/treatment/flowsheet/vitals.py): one table of cases proves both.

const SIGNS = ["systolic", "diastolic", "pulse", "spo2", "breaths"];
const LEAST = [["systolic", "systolic"], ["diastolic", "diastolic"], ["pulse", "pulse_high"], ["breaths", "breaths_high"]];
const BELOW = [["pulse", "pulse_low"], ["spo2", "spo2"], ["breaths", "breaths_low"]];

const isKnown = (value) => value !== null && value !== undefined;

// Returns [[sign, what is wrong], …]: "nothing", "range", "half" or "upside-down".
export function problems(reading, ranges) {
  if (!SIGNS.some((sign) => isKnown(reading[sign]))) return [["systolic", "nothing"]];
  const isOff = (sign) => isKnown(reading[sign]) && !(reading[sign] >= ranges[sign][0] && reading[sign] <= ranges[sign][1]);
  const found = SIGNS.filter(isOff).map((sign) => [sign, "range"]);
  const { systolic, diastolic } = reading;
  if (isKnown(systolic) !== isKnown(diastolic)) found.push([isKnown(systolic) ? "diastolic" : "systolic", "half"]);
  else if (isKnown(systolic) && diastolic >= systolic) found.push(["diastolic", "upside-down"]);
  return found;
}

function besideBaseline(reading, percent, level, point, baseline) {
  const now = reading.systolic;
  const before = baseline?.systolic;
  if (!isKnown(percent) || !isKnown(now) || !isKnown(before) || point === "before") return [];
  const away = 100 * (now - before);
  if (point === "during" && away >= percent * before) return [{ level, sign: "systolic", side: "above-baseline", value: now, limit: percent }];
  if (point === "after" && Math.abs(away) > percent * before) return [{ level, sign: "systolic", side: "off-baseline", value: now, limit: percent }];
  return [];
}

function past(reading, limits, level, point, baseline) {
  const found = [];
  for (const [sign, name] of LEAST) {
    if (isKnown(reading[sign]) && isKnown(limits[name]) && reading[sign] >= limits[name]) {
      found.push({ level, sign, side: "at-least", value: reading[sign], limit: limits[name] });
    }
  }
  for (const [sign, name] of BELOW) {
    if (isKnown(reading[sign]) && isKnown(limits[name]) && reading[sign] < limits[name]) {
      found.push({ level, sign, side: "below", value: reading[sign], limit: limits[name] });
    }
  }
  return [...found, ...besideBaseline(reading, limits.percent, level, point, baseline)];
}

// The order's own limits stand in place of the clinic's, wherever it has any.
function effective(own, clinic) {
  return Object.fromEntries(Object.entries(clinic).map(([name, limit]) => [name, isKnown(own[name]) ? own[name] : limit]));
}

export function judge(reading, point, rules, limits, baseline) {
  const stage = rules[point];
  const hard = past(reading, point === "before" ? stage.hard : effective(limits, stage.hard), "hard", point, baseline);
  const stopped = new Set(hard.map((one) => one.sign));
  const soft = past(reading, stage.soft, "soft", point, baseline).filter((one) => !stopped.has(one.sign));
  const reasons = [...hard, ...soft];
  return { level: reasons.length ? reasons[0].level : "none", reasons };
}
