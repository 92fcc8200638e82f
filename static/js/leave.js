// "Leave this page quickly": by its button, or by pressing Escape three times. What is on the screen goes first.

const form = document.querySelector("form[data-leave]");
const WITHIN = 1500;

function leave() {
  const target = form.dataset.leave || "/";
  const said = new URLSearchParams(new FormData(form));
  // No draft follows once the sign-in has ended.
  document.querySelectorAll("form").forEach((one) => { one.dataset.sent = "yes"; });
  document.title = " ";
  document.documentElement.hidden = true;
  document.body.replaceChildren();
  // Sent even while the page goes away; without a network the page is gone all the same.
  navigator.sendBeacon(form.action, said);
  location.replace(target);
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    leave();
  });
  let presses = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      presses = [];
      return;
    }
    presses = [...presses, event.timeStamp].filter((time) => event.timeStamp - time < WITHIN);
    if (presses.length === 3) leave();
  });
}

// A page kept in memory for the Back button shows nothing and is asked for again, so that the server decides who may see it.
addEventListener("pagehide", (event) => { if (event.persisted) document.documentElement.hidden = true; });
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.documentElement.hidden = true;
  location.reload();
});
