// Which panel and which form: those of this phase stand first, and no side effect is ended twice.

export function formOf(entry) {
  const found = [...document.querySelectorAll(`form[data-entry="${entry.kind}"]`)];
  return found.find((form) => !form.elements.of || form.elements.of.value === entry.fields.of?.[0]);
}

// Each side effect that is over, here or on its way, is not offered again; what is sent gets an id of its own.
export function closeEnded(said) {
  const over = said.filter((one) => one.kind === "side-effect-ended" && !one.unreadable).map((one) => one.fields.of?.[0]);
  document.querySelectorAll('form[data-entry="side-effect-ended"]').forEach((form) => {
    form.hidden = over.includes(form.elements.of.value);
    form.elements.id.value = "";
  });
}

// What belongs to this phase stands first; a panel that is open stays where it is until it is closed.
export function arrange(stand, { ranges, isCorrected }) {
  const places = { now: document.querySelector('[data-panels="now"]'), other: document.querySelector('[data-panels="other"]') };
  document.querySelectorAll("[data-in]").forEach((panel) => {
    const place = places[panel.dataset.in.split(" ").includes(stand.phase) ? "now" : "other"];
    if (panel.parentElement === place || panel.open || !Object.values(places).includes(panel.parentElement)) return;
    const after = [...place.children].find((one) => Number(one.dataset.order) > Number(panel.dataset.order));
    place.insertBefore(panel, after ?? null);
  });
  const vitals = document.querySelector("#fill-vitals");
  const isBegun = Object.keys(ranges).some((sign) => vitals.elements[sign].value) || isCorrected(vitals);
  const point = vitals.querySelector(`[name=point][value="${stand.phase === "left" ? "after" : stand.phase}"]`);
  if (!isBegun) point.checked = true;
  const meant = document.querySelector('[data-entry="authorisation"] [name=stop_id]');
  if (meant && stand.stop && !isCorrected(meant.form)) meant.value = stand.stop.id;
}
