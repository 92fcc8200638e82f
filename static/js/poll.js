// Brings new messages, receipts and withdrawals into an open thread while somebody looks at it. Asking keeps no session
// alive, and a new message counts as read once the person does something on the page.

const list = document.querySelector("[data-news]");
const standing = document.querySelector("[data-news-standing]");
const SOON = 6000;
const CALM = 20000;
const SLOWEST = 120000;
const PATIENCE = 30000;
const ACTIONS = ["pointerdown", "keydown"];
let state = list ? list.dataset.state : "";
let wait = SOON;
let timer = 0;
let turn = 0;
let isOffline = false;
let isOver = false;

function awaitAction() {
  ACTIONS.forEach((action) => addEventListener(action, markRead));
}

// The last message on the page: what came after it is not read, nor answered, by whoever sits here.
function through() {
  return list.lastElementChild?.id.replace("m-", "") ?? "";
}

function markRead() {
  ACTIONS.forEach((action) => removeEventListener(action, markRead));
  const body = new URLSearchParams({ csrf_token: list.dataset.token, through: through() });
  fetch(list.dataset.read, { method: "POST", headers: { Accept: "application/json" }, body }).catch(awaitAction);
}

// What a message says, without the marks that only the first drawing of the page gives.
function words(item) {
  const bare = item.cloneNode(true);
  bare.querySelectorAll(".tag, #latest").forEach((one) => one.remove());
  return bare.textContent.replace(/\s+/g, " ").trim();
}

function show(html) {
  const drawn = new DOMParser().parseFromString(html, "text/html");
  drawn.querySelectorAll("li[id]").forEach((item) => {
    const known = document.getElementById(item.id);
    if (!known) {
      list.append(item);
      if ("theirs" in item.dataset) awaitAction();
    } else if (words(known) !== words(item)) {
      const anchor = known.querySelector("#latest");
      if (anchor) item.prepend(anchor);
      known.replaceWith(item);
    }
  });
  const seen = document.querySelector("[name=through]");
  if (seen) seen.value = through();
}

function say(text) {
  if (standing.textContent !== text) standing.textContent = text;
}

function end(text) {
  isOver = true;
  say(text);
}

async function read(answer) {
  if (answer.status === 401) return end(standing.dataset.signedOut);
  if (answer.status === 404) return end(standing.dataset.ended);
  if (answer.status !== 200 && answer.status !== 304) throw new Error("no news");
  if (isOffline) say(standing.dataset.back);
  wait = isOffline ? SOON : Math.min(wait * 1.3, CALM);
  isOffline = false;
  if (answer.status === 304) return undefined;
  const news = await answer.json();
  show(news.html);
  state = news.state;
  wait = SOON;
  return undefined;
}

function fail() {
  isOffline = true;
  say(standing.dataset.offline);
  wait = Math.min(wait * 2, SLOWEST);
}

async function ask() {
  clearTimeout(timer);
  const mine = ++turn;
  const headers = { Accept: "application/json", "If-None-Match": `"${state}"` };
  const answer = await fetch(list.dataset.news, { headers, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  // An answer that a later question overtook would draw what was true before.
  if (mine !== turn) return;
  await (answer ? read(answer).catch(fail) : fail());
  plan();
}

// Not all pages at the same moment, however they began.
function plan() {
  clearTimeout(timer);
  if (!document.hidden && !isOver) timer = setTimeout(ask, wait * (0.85 + 0.3 * Math.random()));
}

if (list) {
  const askNow = () => { if (!document.hidden && !isOver) ask(); };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    askNow();
  });
  addEventListener("online", askNow);
  // What turned the box away may be words that its writer has not seen: they come with the answer.
  document.addEventListener("drawn", ({ detail }) => {
    const said = detail.querySelector("[data-news]");
    if (said) show(said.innerHTML);
    state = said?.dataset.state ?? state;
  });
  plan();
}
