// Shows how far a message to a list is, while somebody looks at the page; nothing is asked once it is over.

const place = document.querySelector("[data-progress]");
const EVERY = 3000;
let state = "";
let timer = 0;

async function ask() {
  const headers = { Accept: "application/json", "If-None-Match": `"${state}"` };
  const answer = await fetch(place.dataset.progress, { headers }).catch(() => null);
  if (answer && (answer.status === 401 || answer.status === 404)) return;
  if (answer && answer.status === 200) {
    const news = await answer.json();
    state = news.state;
    const found = new DOMParser().parseFromString(news.html, "text/html");
    for (const part of place.querySelectorAll("[data-part]")) {
      part.replaceChildren(...found.querySelector(`[data-part="${part.dataset.part}"]`).childNodes);
    }
    if (!news.is_running) {
      location.reload();
      return;
    }
  }
  plan();
}

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, EVERY);
}

if (place) {
  document.addEventListener("visibilitychange", plan);
  plan();
}
