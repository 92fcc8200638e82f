// Says before an entry is kept what the clinic would refuse: what is left blank, a reading that cannot be, a start while a stop is open.

const SIGNS = ["systolic", "diastolic", "pulse", "spo2", "breaths"];
const WHOLE = /^[+-]?\d{1,9}$/;

const filled = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replaceAll(`{${name}}`, value), text);

function blank(form, words) {
  const missing = [...form.elements].filter((one) => one.name && one.willValidate && one.validity.valueMissing);
  return [...new Set(missing.map((one) => one.name))].map((field) => ({ field, text: words.needed }));
}

// Who authorised it and what they said is the authorisation.
function unsaid(form, words) {
  return ["provider", "said"].filter((field) => !form.elements[field].value.trim()).map((field) => ({ field, text: words.needed }));
}

// A day without its time tells nothing, nor a time without its day.
function halfTold(form, { together, words }) {
  return together.flatMap(([day, time]) => {
    const [has, hasTime] = [day, time].map((name) => Boolean(form.elements[name].value));
    if (has === hasTime) return [];
    return [has ? { field: time, text: words.timeToo } : { field: day, text: words.dayToo }];
  });
}

function impossible(form, { problems, ranges, words }) {
  const typed = Object.fromEntries(SIGNS.map((sign) => [sign, form.elements[sign].value.trim()]));
  const unread = SIGNS.filter((sign) => typed[sign] && !WHOLE.test(typed[sign]));
  if (unread.length) return unread.map((field) => ({ field, text: words.noNumber }));
  const reading = Object.fromEntries(SIGNS.map((sign) => [sign, typed[sign] ? Number(typed[sign]) : null]));
  return problems(reading, ranges).map(([field, what]) => {
    const [lowest, highest] = ranges[field];
    return { field, text: filled(words.impossible[what], { ...reading, value: reading[field], lowest, highest }) };
  });
}

// Returns [{field, text}, …]; `about` has problems (of flowsheet-judge.js), ranges, what is told together, words, and whether a stop is open.
export function wrong(form, about) {
  const found = blank(form, about.words);
  if (form.dataset.entry === "started" && about.stopIsOpen) found.push({ field: "", text: about.words.stopOpen });
  if (form.dataset.entry === "authorisation") found.push(...unsaid(form, about.words));
  if (form.dataset.entry === "pre-check") found.push(...halfTold(form, about));
  return form.dataset.entry === "vitals" ? [...found, ...impossible(form, about)] : found;
}
