// What stands in a form becomes an entry; an entry that was refused stands in its form again.

const UNSENT = ["csrf_token", "id", "occurred_at"];

const two = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");

// This moment with the device's own offset, to the millisecond.
export function now() {
  const at = new Date();
  const away = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + away * 60000).toISOString().replace("Z", "");
  return `${local}${away < 0 ? "-" : "+"}${two(away / 60)}:${two(away % 60)}`;
}

const tidy = (text) => text.replace(/\s+/g, " ").trim();

function labelled(control) {
  const group = control.closest("fieldset");
  const label = group ? group.querySelector("legend") : control.labels?.[0];
  const copy = label?.cloneNode(true);
  copy?.querySelectorAll(".optional, .hidden").forEach((one) => one.remove());
  return tidy(copy?.textContent ?? "");
}

function value(control) {
  if (control.type === "radio" || control.type === "checkbox") {
    const choice = tidy(control.labels?.[0]?.textContent ?? "");
    return control.closest("fieldset") ? choice : "✓";
  }
  if (control.tagName === "SELECT") return tidy(control.selectedOptions[0]?.textContent ?? "");
  return tidy(control.value) + (control.value && control.parentElement.querySelector(".unit") ? ` ${tidy(control.parentElement.querySelector(".unit").textContent)}` : "");
}

const isAnswered = (control) => (control.type === "radio" || control.type === "checkbox" ? control.checked : control.value.trim());

// The same in words, for the list of what waits: [[label, value], …].
function words(form) {
  const shown = [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "submit" && isAnswered(one));
  return shown.map((one) => [labelled(one), value(one)]);
}

export function read(form, about) {
  const fields = {};
  for (const [name, said] of new FormData(form)) {
    if (!UNSENT.includes(name) && typeof said === "string") (fields[name] ??= []).push(said);
  }
  const at = now();
  return {
    ...about,
    id: form.elements.id.value || crypto.randomUUID(),
    kind: form.dataset.entry,
    title: form.dataset.title,
    occurred_at: at,
    queued: !navigator.onLine,
    fields,
    said: words(form),
  };
}

// Empties the form and gives what is typed next an id of its own.
export function begin(form) {
  form.reset();
  form.elements.id.value = crypto.randomUUID();
  form.querySelectorAll("[data-problem]").forEach((one) => one.remove());
  form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
}

export function refill(form, entry) {
  begin(form);
  form.elements.id.value = entry.id;
  for (const control of form.elements) {
    const said = entry.fields[control.name];
    if (control.type === "radio" || control.type === "checkbox") control.checked = Boolean(said?.includes(control.value));
    else if (said && !UNSENT.includes(control.name)) control.value = said[0];
  }
  complain(form, entry.problems ?? []);
}

// Says at its field what is wrong, as the server's own pages do; what belongs to no field stands above the form.
export function complain(form, problems) {
  form.querySelectorAll("[data-problem]").forEach((one) => one.remove());
  for (const { field, text } of problems) {
    const found = field ? form.elements[field] : null;
    const control = found?.length && !found.tagName ? found[0] : found;
    const line = Object.assign(document.createElement("p"), { className: "error", textContent: text });
    line.dataset.problem = "";
    line.setAttribute("role", "alert");
    control?.setAttribute("aria-invalid", "true");
    const place = control?.closest("fieldset, .field");
    if (place) place.prepend(line);
    else form.prepend(line);
  }
  form.querySelector("[data-problem]")?.scrollIntoView({ block: "center" });
}
