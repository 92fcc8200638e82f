// Keeps the banner of urgent alerts true while a page stays open. Asking keeps no session alive.

const region = document.querySelector("[data-alerts]");
const EVERY = 15000;
let state = "";
let timer = 0;

function show(urgent) {
  const text = urgent === 1 ? region.dataset.one : region.dataset.many.replace("{count}", urgent);
  const said = region.querySelector("span");
  if (urgent && said.textContent !== text) said.textContent = text;
  region.firstElementChild.hidden = urgent === 0;
}

async function ask() {
  const headers = { Accept: "application/json", "If-None-Match": state };
  const answer = await fetch(region.dataset.alerts, { headers }).catch(() => null);
  if (answer && (answer.status === 401 || answer.status === 404)) return;
  if (answer && answer.status === 200) {
    state = answer.headers.get("ETag") || "";
    show((await answer.json()).urgent);
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
