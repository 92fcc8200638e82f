// Notes when each question was answered and when the page is sent, for how well the answers can be read later.

document.querySelectorAll("form[data-since]").forEach((form) => {
  const field = form.elements.namedItem("answered_ms");
  const sent = form.elements.namedItem("submitted_at");
  const before = Number(form.dataset.since);
  let times = {};
  try {
    times = JSON.parse(field.value || "{}");
  } catch {
    field.value = "";
  }

  form.addEventListener("input", (event) => {
    if (!event.target.name?.startsWith("item_")) return;
    const code = event.target.name.slice("item_".length).replace(/-(exact|declined)$/, "");
    times[code] = Math.round(before + performance.now());
    field.value = JSON.stringify(times);
  });
  form.addEventListener("submit", () => { sent.value = new Date().toISOString(); });
});
