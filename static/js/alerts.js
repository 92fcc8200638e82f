// Keeps the banner about alerts true while a page stays open. Asking keeps no session alive.

const region = document.querySelector("[data-alerts]");
const EVERY = 15000;
let state = "";
let timer = 0;

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

async function ask() {
  const headers = { Accept: "application/json", "If-None-Match": state };
  const answer = await fetch(region.dataset.alerts, { headers }).catch(() => null);
  if (answer && (answer.status === 401 || answer.status === 404)) return;
  if (answer && answer.status === 200) {
    state = answer.headers.get("ETag") || "";
    show(await answer.json());
  }
  plan();
}

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, EVERY);
}

if (region) {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) ask();
  });
  plan();
}
