// Adds and takes out lines without asking the server; without it the same buttons do so by sending the page.

function renumber(fields) {
  const { rows: code } = fields.dataset;
  const rows = [...fields.querySelectorAll("[data-row]")];
  rows.forEach((row, n) => {
    const swap = (text) => text.replace(new RegExp(`^${code}-\\d+`), `${code}-${n}`);
    for (const one of row.querySelectorAll("[id], [name], [for], [value]")) {
      for (const name of ["id", "name", "for"]) if (one.hasAttribute(name)) one.setAttribute(name, swap(one.getAttribute(name)));
      if (one.matches("[data-less]")) one.value = swap(one.value);
    }
    for (const said of row.querySelectorAll("label.hidden")) said.textContent = said.textContent.replace(/^\d+/, n + 1);
    for (const said of row.querySelectorAll("[data-less] .hidden")) said.textContent = said.textContent.replace(/\d+/, n + 1);
  });
  const more = fields.querySelector("[data-more]");
  if (more) more.hidden = rows.length >= Number(fields.dataset.most);
}

function empty(row) {
  row.querySelectorAll(".error").forEach((error) => error.remove());
  row.querySelectorAll(".field-wrong").forEach((cell) => cell.classList.remove("field-wrong"));
  for (const input of row.querySelectorAll("input, textarea")) {
    input.value = "";
    input.textContent = "";
    for (const name of ["value", "aria-invalid", "aria-describedby", "autofocus"]) input.removeAttribute(name);
  }
}

function add(fields) {
  const rows = fields.querySelectorAll("[data-row]");
  const last = rows[rows.length - 1];
  const fresh = last.cloneNode(true);
  empty(fresh);
  last.after(fresh);
  renumber(fields);
  fresh.querySelector("input, textarea").focus();
}

function takeOut(fields, row) {
  const others = [...fields.querySelectorAll("[data-row]")].filter((one) => one !== row);
  if (others.length) row.remove();
  else empty(row);
  renumber(fields);
  (others.at(-1) ?? row).querySelector("input, textarea").focus();
}

for (const fields of document.querySelectorAll("[data-rows]")) {
  fields.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    if ("more" in button.dataset) add(fields);
    else takeOut(fields, button.closest("[data-row]"));
  });
}
