// Keys for the caseload: j and k (or the arrows, once in the list) move between patients, / finds, ? tells the keys.
// The links stay what they are, so Enter opens one, and whoever wants no keys switches them off here.

const KEPT = "interval-caseload-keys";
const help = document.getElementById("keys");
const box = help?.querySelector("input");
const links = [...document.querySelectorAll(".caseload tbody th a")];
const STEPS = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

function kept() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

function keep(on) {
  try {
    localStorage.setItem(KEPT, on ? "on" : "off");
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

function isTyping(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select");
}

function here() {
  const row = document.activeElement.closest(".caseload tbody tr");
  return row ? links.findIndex((link) => row.contains(link)) : -1;
}

function move(by) {
  const at = here();
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by;
  const link = links[Math.min(Math.max(next, 0), links.length - 1)];
  link.focus();
  link.closest("tr").scrollIntoView({ block: "nearest" });
}

function find() {
  const field = document.querySelector("[role=search] input:not([type=hidden])");
  field.focus();
  field.select();
}

function tell() {
  help.open = !help.open;
  if (help.open) help.querySelector("summary").focus();
}

function onKey(event) {
  const { key, target } = event;
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!box.checked || isTyping(target)) return;
  const isArrow = key.startsWith("Arrow");
  if (key in STEPS && links.length && !(isArrow && here() < 0)) move(STEPS[key]);
  else if (key === "/") find();
  else if (key === "?") tell();
  else return;
  event.preventDefault();
}

if (help) {
  help.hidden = false;
  box.checked = kept();
  box.addEventListener("change", () => keep(box.checked));
  document.addEventListener("keydown", onKey);
}
