// Sends what was answered so far to the server, so that a closed page loses nothing and the device keeps nothing.

const WAIT = 400;
const SIGNED_OUT = 401;
const HEADERS = { Accept: "application/json" };

document.querySelectorAll("form[data-draft]").forEach((form) => {
  const standing = form.querySelector("[data-draft-standing]");
  let timer = 0;
  let pending = false;

  function offerHelp(isKept) {
    if (!isKept) form.querySelectorAll("[data-kept]").forEach((one) => one.remove());
    form.querySelectorAll("[data-help]").forEach((one) => { one.hidden = false; });
  }

  function read(answer) {
    const text = answer.status === SIGNED_OUT ? standing.dataset.signedOut : "";
    standing.className = text ? "notice notice-attention" : "";
    if (standing.textContent !== text) standing.textContent = text;
    return answer.status === SIGNED_OUT ? {} : answer.json();
  }

  function send() {
    clearTimeout(timer);
    if (!pending || form.dataset.sent) return;
    pending = false;
    const body = new URLSearchParams(new FormData(form));
    fetch(form.dataset.draft, { method: "POST", headers: HEADERS, body, keepalive: true })
      .then(read)
      .then(({ help, saved }) => { if (help) offerHelp(saved); })
      .catch(() => { pending = true; });
  }

  form.addEventListener("input", () => {
    pending = true;
    clearTimeout(timer);
    timer = setTimeout(send, WAIT);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(); });
});
