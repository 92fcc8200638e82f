// Brings what other devices recorded into the page while somebody looks at it. Asking keeps no session alive.

const EVERY = 15000;
const PATIENCE = 10000;

// A part in which somebody has opened or is typing something is left as it is until they are done.
function isBusy(part) {
  return part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
}

function replace(html) {
  const drawn = new DOMParser().parseFromString(html, "text/html");
  let whole = true;
  drawn.querySelectorAll("[data-part]").forEach((fresh) => {
    const part = document.querySelector(`[data-part="${fresh.dataset.part}"]`);
    if (!part) return;
    if (isBusy(part)) {
      whole = false;
      return;
    }
    part.querySelectorAll("details[open][id]").forEach((one) => fresh.querySelector(`[id="${one.id}"]`)?.setAttribute("open", ""));
    part.replaceWith(fresh);
  });
  return whole;
}

// Returns ask(); `changed()` is called once the page shows something new.
export function poll({ address, changed }) {
  let known = "";
  let timer = 0;
  let asking = 0;

  async function ask() {
    clearTimeout(timer);
    const turn = ++asking;
    const headers = { Accept: "application/json", "If-None-Match": known };
    const answer = await fetch(address, { headers, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    // An answer that a later question overtook would draw what was true before.
    if (turn !== asking) return;
    if (answer?.status === 200) {
      const news = await answer.json().catch(() => null);
      if (turn !== asking) return;
      if (news && replace(news.html)) known = answer.headers.get("ETag") ?? "";
      if (news) changed();
    }
    if (answer?.status !== 401 && answer?.status !== 404) plan();
  }

  function plan() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, EVERY);
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) ask();
  });
  plan();
  return ask;
}
