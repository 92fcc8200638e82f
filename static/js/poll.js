// Brings new messages and receipts into an open thread, while somebody looks at it. Asking keeps no session alive, and
// a new message counts as read once the person does something on the page.

const list = document.querySelector("[data-news]");
const EVERY = 20000;
const ACTIONS = ["pointerdown", "keydown"];
let state = list ? list.dataset.state : "";
let timer = 0;

function markRead() {
  ACTIONS.forEach((action) => removeEventListener(action, markRead));
  fetch(list.dataset.read, { method: "POST", body: new URLSearchParams({ csrf_token: list.dataset.token }) }).catch(() => {});
}

function show(html) {
  const drawn = new DOMParser().parseFromString(html, "text/html");
  let isNew = false;
  drawn.querySelectorAll("li").forEach((item) => {
    const known = document.getElementById(item.id);
    if (!known) {
      list.append(item);
      isNew = isNew || "theirs" in item.dataset;
    } else if (known.querySelector(".receipt")?.textContent !== item.querySelector(".receipt")?.textContent) {
      known.replaceWith(item);
    }
  });
  if (isNew) ACTIONS.forEach((action) => addEventListener(action, markRead));
}

async function ask() {
  const headers = { Accept: "application/json", "If-None-Match": `"${state}"` };
  const answer = await fetch(list.dataset.news, { headers }).catch(() => null);
  if (answer && (answer.status === 401 || answer.status === 404)) return;
  if (answer && answer.status === 200) {
    const news = await answer.json();
    state = news.state;
    show(news.html);
  }
  plan();
}

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, EVERY);
}

if (list) {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) ask();
  });
  plan();
}
