// Asks what is new, again and again while somebody looks at the page, at every address that the page names. What came is
// an event of the element that asked, for the module it belongs to. Asking keeps no session alive.

const SLOWEST = 120000;
const PATIENCE = 30000;

function keepAsking(place) {
  const { news, state } = place.dataset;
  const soon = Number(place.dataset.soon);
  const calm = Number(place.dataset.calm ?? soon);
  const standing = "says" in place.dataset ? document.querySelector("[data-news-standing]") : null;
  let tag = state ? `"${state}"` : "";
  let wait = soon;
  let timer = 0;
  let turn = 0;
  let isOffline = false;
  let isOver = false;

  function say(why) {
    if (standing && standing.textContent !== standing.dataset[why]) standing.textContent = standing.dataset[why];
  }

  function end(why) {
    isOver = true;
    say(why);
  }

  async function read(answer) {
    if (answer.status === 401) return end("signedOut");
    if (answer.status === 404) return end("ended");
    if (answer.status !== 200 && answer.status !== 304) throw new Error("no news");
    if (isOffline) say("back");
    wait = isOffline ? soon : Math.min(wait * 1.3, calm);
    isOffline = false;
    if (answer.status === 304) return undefined;
    place.dispatchEvent(new CustomEvent("news", { detail: await answer.json() }));
    tag = answer.headers.get("ETag") ?? "";
    wait = soon;
    return undefined;
  }

  function fail() {
    isOffline = true;
    say("offline");
    wait = Math.min(wait * 2, SLOWEST);
  }

  async function ask() {
    clearTimeout(timer);
    const mine = ++turn;
    const headers = { Accept: "application/json", "If-None-Match": tag };
    const answer = await fetch(news, { headers, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    // An answer that a later question overtook would tell what was true before.
    if (mine !== turn) return;
    await (answer ? read(answer).catch(fail) : fail());
    plan();
  }

  // Not all pages at the same moment, however they began.
  function plan() {
    clearTimeout(timer);
    if (!document.hidden && !isOver) timer = setTimeout(ask, wait * (0.85 + 0.3 * Math.random()));
  }

  function askNow() {
    clearTimeout(timer);
    if (!document.hidden && !isOver) ask();
  }

  document.addEventListener("visibilitychange", askNow);
  addEventListener("online", askNow);
  plan();
}

document.querySelectorAll("[data-news]:not([data-news=''])").forEach(keepAsking);
