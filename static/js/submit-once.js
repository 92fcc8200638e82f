// A second tap on "Save" sends nothing. The button wakes up again when the page is shown anew or no answer comes.

const WAKE_AFTER = 15000;

function wake(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[type=submit]").forEach((button) => button.removeAttribute("aria-disabled"));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !("once" in form.dataset)) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // aria-disabled, since a disabled button would drop its own name and value from what is sent.
  form.querySelectorAll("[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
  setTimeout(wake, WAKE_AFTER, form);
});

addEventListener("pageshow", () => document.querySelectorAll("form[data-once]").forEach(wake));
