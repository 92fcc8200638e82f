// Keeps the page open while it could not be opened again, or while something on it waits to be sent.

// `hint` says on the page why it stays; `isUnsent()` whether entries of this page wait.
export function stayHere({ hint, isUnsent }) {
  function hold(event) {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    hint.hidden = false;
    hint.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && !link.getAttribute("href").startsWith("#") && link.protocol.startsWith("http")) hold(event);
  }, true);
  document.addEventListener("submit", (event) => {
    if (!event.target.dataset.entry) hold(event);
  }, true);
  addEventListener("online", () => { hint.hidden = true; });
  addEventListener("beforeunload", (event) => {
    if (!navigator.onLine && isUnsent()) event.preventDefault();
  });
}
