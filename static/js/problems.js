// Moves to the list of things to check, and from there into the field and not only to it.

const summary = document.querySelector("[data-problems]");

if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const control = link && document.getElementById(link.hash.slice(1));
    if (!control) return;
    event.preventDefault();
    control.dispatchEvent(new CustomEvent("show-question", { bubbles: true }));
    (control.closest(".field") || control).scrollIntoView({ block: "start" });
    control.focus({ preventScroll: true });
  });
}
