// Sends a message although the network comes and goes: its words stay on the page, which sends them until the server has
// said what became of them. The form's own submission id makes one message of them, however often they arrive.

const PATIENCE = 20000;
const SLOWEST_LINE = 25; // bytes in a millisecond, as a phone may have with one bar
const FIRST = 2000;
const SLOWEST = 60000;
const REFUSED = [409, 422];

function goOn(place) {
  const to = new URL(place, location.href);
  if (to.pathname + to.search !== location.pathname + location.search) {
    location.assign(to);
    return;
  }
  history.replaceState(null, "", to);
  history.scrollRestoration = "manual"; // else the reload stays where the box was
  location.reload();
}

// A reload that we asked for begins at the top, and not at what was sent: there may stand what must be seen at once.
if (history.scrollRestoration === "manual") document.getElementById(location.hash.slice(1))?.scrollIntoView();

function begin(part) {
  const form = part.querySelector("form");
  const notice = part.querySelector("[data-not-sent]");
  const unclear = part.querySelector("[data-unclear]");
  const draft = form.querySelector("[data-draft-standing]");
  let body = null;
  let wait = FIRST;
  let timer = 0;
  let turn = 0;
  let isPassing = false;
  let patience = PATIENCE;

  // What waits is what was sent: a change to it afterwards would be another message.
  function hold(isHeld) {
    form.inert = isHeld;
    if (draft) draft.hidden = isHeld; // one word about the connection is enough
    if (isHeld && notice.hidden) {
      notice.hidden = false;
      notice.focus();
    }
    notice.hidden = !isHeld;
  }

  function stop() {
    clearTimeout(timer);
    turn += 1;
    body = null;
    wait = FIRST;
    hold(false);
  }

  // What the server has to say about the form takes its place, with everything that was typed and brought along.
  function show(drawn, page) {
    stop();
    form.dataset.sent = "yes"; // no draft of its own follows
    part.replaceWith(drawn);
    begin(drawn);
    drawn.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail: page }));
  }

  // Whatever else it has to say, such as that one has to sign in, is a page of its own.
  function pass() {
    stop();
    isPassing = true;
    form.requestSubmit();
  }

  function later() {
    hold(true);
    timer = setTimeout(send, wait);
    wait = Math.min(wait * 2, SLOWEST);
  }

  async function send() {
    clearTimeout(timer);
    const mine = ++turn;
    const options = { method: "POST", headers: { Accept: "application/json" }, body, signal: AbortSignal.timeout(patience) };
    const answer = await fetch(form.action, options).catch(() => null);
    const isOurs = answer?.headers.get("Content-Type")?.startsWith("application/json");
    const taken = answer?.ok && isOurs ? await answer.json().catch(() => null) : null;
    const refused = REFUSED.includes(answer?.status) ? await answer.text().catch(() => null) : "";
    if (mine !== turn) return;
    const page = new DOMParser().parseFromString(refused ?? "", "text/html");
    const drawn = page.querySelector("[data-until-sent]");
    if (answer?.ok && !isOurs) {
      // A page from elsewhere, such as a network's own: asking for it again and again sends nothing.
      stop();
      unclear.hidden = false;
      unclear.focus();
    } else if (taken) {
      stop();
      form.reset();
      goOn(taken.place);
    } else if (!answer || answer.ok || answer.status >= 500 || refused === null) {
      later();
    } else if (drawn) {
      show(drawn, page);
    } else {
      pass();
    }
  }

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    // A button with an address or a name of its own asks for something else than sending.
    if (isPassing || button?.name || button?.hasAttribute("formaction")) {
      isPassing = false;
      return;
    }
    event.preventDefault();
    unclear.hidden = true;
    if (body) return;
    const fields = new FormData(form);
    patience = PATIENCE + [...fields.values()].reduce((sum, one) => sum + (one.size ?? 0), 0) / SLOWEST_LINE;
    body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
    send();
  });
  notice.querySelector("button").addEventListener("click", () => {
    stop();
    form.querySelector("textarea")?.focus();
  });
  addEventListener("online", () => { if (body && !notice.hidden) send(); });
}

document.querySelectorAll("[data-until-sent]").forEach(begin);
