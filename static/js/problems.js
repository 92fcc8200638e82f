// Moves to the list of things to check, and from there into the field and not only to it.

function turnTo(place) {
  place.querySelector("[data-problems]")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-problems] a[href^='#']");
  const control = link && document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  control.dispatchEvent(new CustomEvent("show-question", { bubbles: true }));
  (control.closest(".field") || control).scrollIntoView({ block: "start" });
  control.focus({ preventScroll: true });
});
document.addEventListener("drawn", (event) => turnTo(event.target));
turnTo(document);
