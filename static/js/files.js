// Says at once what is wrong with the files that were chosen for a message, instead of after they were sent.

const MEGABYTE = 1024 * 1024;

function megabytes(bytes) {
  return Math.ceil(bytes / MEGABYTE);
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

function say(input) {
  const text = problem(input);
  const id = `${input.id}-problem`;
  document.getElementById(id)?.remove();
  input.dataset.described ??= input.getAttribute("aria-describedby") ?? "";
  input.setAttribute("aria-describedby", `${input.dataset.described} ${text ? id : ""}`.trim());
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (!text) return false;
  const line = document.createElement("p");
  line.id = id;
  line.className = "error";
  line.setAttribute("role", "alert");
  line.textContent = text;
  input.before(line);
  return true;
}

document.querySelectorAll("input[type=file][data-most]").forEach((input) => {
  input.addEventListener("change", () => say(input));
  // Before any other listener of the form: what cannot be taken is not sent by a script either.
  addEventListener(
    "submit",
    (event) => {
      if (event.target !== input.form || event.submitter?.hasAttribute("formaction") || !say(input)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      input.focus();
    },
    { capture: true },
  );
});
