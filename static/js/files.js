// Says at once what is wrong with the files that were chosen for a message, instead of after they were sent.

const CHOOSER = "input[type=file][data-most]";
const MEGABYTE = 1024 * 1024;

function megabytes(bytes) {
  return Math.ceil(bytes / MEGABYTE).toLocaleString(document.documentElement.lang);
}

function problem(input) {
  const chosen = [...input.files];
  const { limit, together, most, tooLarge, tooLargeTogether, tooMany } = input.dataset;
  const large = chosen.find((file) => file.size > Number(limit) * MEGABYTE);
  if (large) return tooLarge.replace("{name}", large.name).replace("{size}", megabytes(large.size));
  const kept = input.form.querySelectorAll(`[name="${input.name}-remove"]:not(:checked)`).length;
  if (chosen.length + kept > Number(most)) return tooMany.replace("{count}", chosen.length + kept);
  const sum = chosen.reduce((size, file) => size + file.size, 0);
  return sum > Number(together) * MEGABYTE ? tooLargeTogether.replace("{size}", megabytes(sum)) : "";
}

// What the server said of files that were chosen before is over: here, and in its list of what is to be checked.
function forget(input) {
  const field = input.closest(".field");
  field.classList.remove("field-wrong");
  field.querySelectorAll(".error").forEach((one) => one.remove());
  document.querySelectorAll(`[data-problems] a[href="#${input.id}"]`).forEach((link) => {
    const summary = link.closest("[data-problems]");
    link.closest("li").remove();
    const left = summary.querySelectorAll("li").length;
    const title = summary.querySelector("[data-one]");
    title.textContent = left === 1 ? title.dataset.one : title.textContent.replace(/\d+/, left);
    if (!left) summary.remove();
  });
  input.dataset.described ??= input.getAttribute("aria-describedby")?.replace(`${input.id}-error`, "").trim() ?? "";
  input.setAttribute("aria-describedby", input.dataset.described);
  input.removeAttribute("aria-invalid");
}

function say(input) {
  const text = problem(input);
  forget(input);
  if (!text) return false;
  const id = `${input.id}-problem`;
  input.setAttribute("aria-describedby", `${input.dataset.described} ${id}`);
  input.setAttribute("aria-invalid", "true");
  const line = Object.assign(document.createElement("p"), { id, className: "error", textContent: text });
  line.setAttribute("role", "alert");
  input.before(line);
  return true;
}

document.addEventListener("change", (event) => { if (event.target.matches(CHOOSER)) say(event.target); });
// Before any other listener of the form: what cannot be taken is not sent by a script either.
addEventListener(
  "submit",
  (event) => {
    const input = event.target.querySelector(CHOOSER);
    if (!input || event.submitter?.hasAttribute("formaction") || !say(input)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    input.focus();
  },
  { capture: true },
);
