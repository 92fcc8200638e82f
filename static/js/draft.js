// Sends what was answered so far to the server, so that a closed page loses nothing and the device keeps nothing.

const WAIT = 400;

document.querySelectorAll("form[data-draft]").forEach((form) => {
  let timer = 0;
  let pending = false;

  function send() {
    clearTimeout(timer);
    if (!pending || form.dataset.sent) return;
    pending = false;
    fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true })
      .then((answer) => (answer.ok ? answer.json() : {}))
      .then(({ help }) => { if (help) form.querySelectorAll("[data-help]").forEach((one) => { one.hidden = false; }); })
      .catch(() => { pending = true; });
  }

  form.addEventListener("input", () => {
    pending = true;
    clearTimeout(timer);
    timer = setTimeout(send, WAIT);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(); });
});
