// Keeps the banner about alerts and the counts in the header true while a page stays open.

const region = document.querySelector("[data-alerts]");

function show(counts) {
  let any = false;
  for (const said of region.querySelectorAll("[data-count]")) {
    const count = counts[said.dataset.count] || 0;
    any = any || count > 0;
    const many = said.dataset.many.replace("{count}", count);
    const text = count === 0 ? "" : count === 1 ? said.dataset.one : many;
    if (said.textContent !== text) said.textContent = text;
  }
  region.firstElementChild.classList.toggle("banner-danger", counts.urgent > 0);
  region.firstElementChild.hidden = !any;
}

function mark(badge, count) {
  const [seen, spoken] = badge.children;
  const shown = count < 100 ? String(count) : "99+";
  if (seen.textContent === shown) return;
  seen.textContent = shown;
  spoken.textContent = count === 1 ? badge.dataset.one : badge.dataset.many.replace("{count}", shown);
  badge.hidden = count === 0;
}

region?.addEventListener("news", ({ detail }) => {
  show(detail);
  document.querySelectorAll("[data-badge]").forEach((badge) => mark(badge, detail[badge.dataset.badge]));
});
