// Brings new messages, receipts and withdrawals into an open thread while somebody looks at it. A new message counts as
// read, and as what is answered, once the person does something on the page; who types on or sends may not have seen it.

const list = document.querySelector("ol[data-news]");
const ACTIONS = ["pointerdown", "keydown"];

function awaitAction() {
  ACTIONS.forEach((action) => addEventListener(action, markRead));
}

// The message of an item: what came before the first or after the last is not read, nor answered, by whoever sits here.
function idOf(item) {
  return item?.id.replace("m-", "") ?? "";
}

function markRead({ target }) {
  if (target.closest?.("[data-until-sent]")) return;
  ACTIONS.forEach((action) => removeEventListener(action, markRead));
  const [since, through] = [idOf(list.firstElementChild), idOf(list.lastElementChild)];
  const seen = document.querySelector("[name=through]");
  if (seen) seen.value = through;
  const body = new URLSearchParams({ csrf_token: list.dataset.token, since, through });
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
      awaitAction();
    } else if (words(known) !== words(item)) {
      const anchor = known.querySelector("#latest");
      if (anchor) item.prepend(anchor);
      known.replaceWith(item);
    }
  });
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
