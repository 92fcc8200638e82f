// The crisis card stands in place of the questions until it is read. The header, with help and leaving, stays in reach.

const card = document.querySelector("[data-card]");
const AGAIN = 5000;
let covered = [];
let back = null;
let isSending = false;

function cover() {
  back = document.activeElement;
  covered = [...card.parentElement.children].filter((one) => one !== card && !one.hidden);
  covered.forEach((one) => { one.hidden = true; });
  card.hidden = false;
  card.focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

function uncover() {
  card.hidden = true;
  covered.forEach((one) => { one.hidden = false; });
  covered = [];
  if (back?.isConnected) back.focus({ preventScroll: true });
  back?.scrollIntoView?.({ block: "center" });
}

function show({ detail }) {
  if (isSending) return;
  if (!detail.saved) card.querySelectorAll("[data-kept]").forEach((one) => one.remove());
  const said = detail.told.map((line) => Object.assign(document.createElement("p"), { textContent: line }));
  card.querySelector("[data-card-told]").replaceChildren(...said);
  if (card.hidden) cover();
}

// Sent until it arrives; where it never does, the next page shows the card again.
function send(form) {
  isSending = true;
  const body = new URLSearchParams(new FormData(form));
  fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body, keepalive: true })
    .then((answer) => {
      if (answer.status >= 500) throw new Error("not sent");
      isSending = false;
    })
    .catch(() => setTimeout(send, AGAIN, form));
}

if (card) {
  document.addEventListener("card", show);
  card.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target);
    uncover();
  });
  if (!card.hidden) cover();
}
