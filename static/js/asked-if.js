// Shows a question once the answers before it call for it, and empties it when they no longer do.

const depending = [...document.querySelectorAll("[data-asked-if]")];
const form = depending[0]?.form;

function isCalledFor(question) {
  const given = new FormData(form);
  return question.dataset.askedIf.split(" ").some((name) => {
    const value = given.get(name);
    return value !== null && value !== "" && Number(value) >= Number(question.dataset.atLeast);
  });
}

function isAnswered(question) {
  return Boolean(question.querySelector(":checked")) || [...question.querySelectorAll("input[type=text]")].some((one) => one.value);
}

function show(question, isShown) {
  question.toggleAttribute("data-off", !isShown);
  if ("needed" in question.dataset) {
    question.querySelectorAll("input:not([value=declined])").forEach((one) => { one.required = isShown; });
  }
  if (isShown) return;
  question.querySelectorAll("input").forEach((one) => {
    if (one.type === "text") one.value = "";
    else one.checked = false;
  });
}

// What was answered against the other answers stays in sight until one of those is changed.
function begin() {
  form.toggleAttribute("data-asking", true);
  depending.forEach((question) => show(question, isCalledFor(question) || isAnswered(question)));
}

function follow(changed) {
  const names = new Set([changed]);
  depending.forEach((question) => {
    if (!question.dataset.askedIf.split(" ").some((name) => names.has(name))) return;
    const isShown = isCalledFor(question);
    if (!isShown) question.querySelectorAll("input").forEach((one) => names.add(one.name));
    show(question, isShown);
  });
  form.dispatchEvent(new Event("asked"));
}

if (depending.length) {
  begin();
  form.addEventListener("input", (event) => follow(event.target.name));
}
