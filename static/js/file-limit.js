// Says at once that a chosen file is too large, instead of after it was sent.

const MEGABYTE = 1024 * 1024;

function tooLarge(input) {
  const file = input.files[0];
  return file && file.size > Number(input.dataset.limit) * MEGABYTE ? file : null;
}

function say(input) {
  const file = tooLarge(input);
  const id = `${input.id}-limit`;
  document.getElementById(id)?.remove();
  input.dataset.described ??= input.getAttribute("aria-describedby") ?? "";
  input.setAttribute("aria-describedby", `${input.dataset.described} ${file ? id : ""}`.trim());
  if (file) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (!file) return;
  const text = document.createElement("p");
  text.id = id;
  text.className = "error";
  text.setAttribute("role", "alert");
  text.textContent = input.dataset.tooLarge.replace("{size}", Math.ceil(file.size / MEGABYTE));
  input.before(text);
}

document.querySelectorAll("input[type=file][data-limit]").forEach((input) => {
  input.addEventListener("change", () => say(input));
  input.form.addEventListener("submit", (event) => {
    if (!tooLarge(input)) return;
    event.preventDefault();
    input.focus();
  });
});
