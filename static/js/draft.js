// Sends what was answered so far to the server, so that a closed page loses nothing and the device keeps nothing.

const WAIT = 400;
const AGAIN = 5000;
const SIGNED_OUT = 401;
const HEADERS = { Accept: "application/json" };

function begin(form) {
  const standing = form.querySelector("[data-draft-standing]");
  let timer = 0;
  let pending = false;
  let lost = false;

  function say(text, kind = "notice notice-attention") {
    standing.className = text ? kind : "";
    if (standing.textContent !== text) standing.textContent = text;
  }

  function offerHelp(which, isKept) {
    if (!isKept) form.querySelectorAll("[data-kept]").forEach((one) => one.remove());
    form.querySelectorAll(`[data-help="${which}"]`).forEach((one) => { one.hidden = false; });
  }

  // Above the box, once: a page has one card. Whoever types goes on typing, with as much of it in sight as there is room.
  function offerCard(html) {
    const place = document.querySelector("[data-kept-card]");
    if (!place || document.getElementById("card")) return;
    place.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    if (form.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "end" });
  }

  function read(answer) {
    if (answer.status === SIGNED_OUT) {
      say(standing.dataset.signedOut);
      return {};
    }
    if (answer.status >= 500) throw new Error("not saved");
    say(lost ? standing.dataset.back : "", "notice");
    lost = false;
    return answer.json();
  }

  function later() {
    pending = true;
    lost = true;
    say(standing.dataset.offline);
    clearTimeout(timer);
    timer = setTimeout(send, AGAIN);
  }

  function send() {
    clearTimeout(timer);
    if (!pending || form.dataset.sent) return;
    pending = false;
    const body = new URLSearchParams(new FormData(form));
    fetch(form.dataset.draft, { method: "POST", headers: HEADERS, body, keepalive: true })
      .then(read)
      .then((answer) => {
        if (answer.help) offerHelp(answer.help, answer.saved);
        if (answer.card_html) offerCard(answer.card_html);
        if (answer.card) form.dispatchEvent(new CustomEvent("card", { bubbles: true, detail: answer }));
      })
      .catch(later);
  }

  form.addEventListener("input", () => {
    pending = true;
    clearTimeout(timer);
    timer = setTimeout(send, WAIT);
  });
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(); });
}

function beginIn(place) {
  place.querySelectorAll("form[data-draft]").forEach(begin);
}

document.addEventListener("drawn", (event) => beginIn(event.target));
beginIn(document);
