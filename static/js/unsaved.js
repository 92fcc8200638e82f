// Asks before a page with typed words is left. Nothing is kept on the device, which may be shared.

let isSending = false;

function isChanged(control) {
  if (control.type === "radio" || control.type === "checkbox") return control.checked !== control.defaultChecked;
  if (control.tagName === "SELECT") {
    // Where none is marked, the browser chooses the first.
    return control.selectedIndex !== Math.max(0, [...control.options].findIndex((one) => one.defaultSelected));
  }
  return control.type !== "hidden" && control.value !== control.defaultValue;
}

const KEPT = "form[data-keep]";

if (document.querySelector(KEPT)) {
  document.addEventListener("submit", (event) => { isSending = !event.defaultPrevented; });
  addEventListener("pageshow", () => { isSending = false; });
  addEventListener("beforeunload", (event) => {
    const changed = [...document.querySelectorAll(KEPT)].some((form) => [...form.elements].some((one) => one.name && isChanged(one)));
    if (changed && !isSending && document.body.childElementCount) event.preventDefault();
  });
}
