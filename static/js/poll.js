// Brings new messages, receipts and withdrawals into an open thread while somebody looks at it. A new message counts as
// read once the person does something on the page.

const list = document.querySelector("ol[data-news]");
const ACTIONS = ["pointerdown", "keydown"];

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

function said(part) {
  return part.textContent.replace(/\s+/g, " ").trim();
}

// What a message says, without the marks that only the first drawing of the page gives.
function words(item) {
  const bare = item.cloneNode(true);
  bare.querySelectorAll(".tag, #latest").forEach((one) => one.remove());
  return said(bare);
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

// Who waits, since when and until when is another thing once somebody wrote.
function stand(html) {
  const place = document.querySelector("[data-standing]");
  const drawn = new DOMParser().parseFromString(html, "text/html").body;
  if (!place || said(place) === said(drawn)) return;
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren(...drawn.childNodes);
  if (hadFocus) place.querySelector("a").focus();
}

list?.addEventListener("news", ({ detail }) => {
  show(detail.html);
  stand(detail.standing);
});

// What turned the box away may be words that its writer has not seen: they come with the answer.
document.addEventListener("drawn", ({ detail }) => {
  const drawn = list && detail.querySelector("ol[data-news]");
  if (drawn) show(drawn.innerHTML);
});
