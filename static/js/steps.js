// A long form, one question at a time: "4 of 9", Back, Next. The form stays one form, and one page without script.

const form = document.querySelector("form[data-steps]");
const questions = form ? [...form.querySelectorAll(".question")] : [];
const ADVANCE_AFTER = 220;
const DEAF_FOR = 350;
let step = 0;
let touched = false;
let shownAt = 0;

function make(tag, attributes, text = "") {
  const element = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.textContent = text;
  return element;
}

function build() {
  const words = form.dataset;
  const head = make("div", { class: "steps-head" });
  const bar = make("progress", { max: questions.length, "aria-hidden": "true" });
  const parts = {
    back: make("button", { type: "button", class: "button button-plain" }, words.back),
    count: make("span", {}),
    next: make("button", { type: "button", class: "button button-quiet steps-next" }, words.next),
    end: form.querySelector(".actions"),
    rest: [...form.children].filter((one) => one.matches(".field:not(.question)")),
    bar,
  };
  head.append(parts.back, parts.count);
  form.prepend(head, bar);
  form.dataset.stepping = "";
  parts.end.before(parts.next);
  return parts;
}

// The numbers of the questions that the answers so far call for.
function asked() {
  return [...questions.keys()].filter((n) => !("off" in questions[n].dataset));
}

function beside(from, by) {
  const places = asked();
  return places[places.indexOf(from) + by] ?? from;
}

function isLast() {
  return step === asked().at(-1);
}

function show(parts, wanted, { move = true } = {}) {
  const places = asked();
  step = places.includes(wanted) ? wanted : places.findLast((n) => n < wanted) ?? places[0];
  const place = places.indexOf(step);
  questions.forEach((question, n) => { question.hidden = n !== step; });
  parts.rest.forEach((one) => { one.hidden = !isLast(); });
  parts.end.hidden = !isLast();
  parts.next.hidden = isLast();
  parts.back.hidden = place === 0;
  Object.assign(parts.bar, { max: places.length, value: place + 1 });
  parts.count.textContent = form.dataset.count.replace("{number}", place + 1).replace("{total}", places.length);
  if (!move) return;
  shownAt = performance.now();
  const legend = questions[step].querySelector("legend");
  legend.tabIndex = -1;
  legend.focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

function go(parts, wanted) {
  if (wanted === step) return;
  history.pushState({ step: wanted }, "");
  show(parts, wanted);
}

function isFilled(question) {
  const typed = [...question.querySelectorAll("input[type=text]")].some((one) => one.value.trim());
  return typed || Boolean(question.querySelector(":checked"));
}

function isAnswered(question) {
  return isFilled(question) || !question.querySelector("[required]");
}

function next(parts) {
  const question = questions[step];
  if (isAnswered(question)) {
    go(parts, beside(step, 1));
    return;
  }
  question.querySelector(".error")?.remove();
  question.querySelector("legend").after(make("p", { class: "error", role: "alert" }, form.dataset.choose));
  question.querySelector("input").focus();
}

function advanceWhenTapped(parts) {
  form.addEventListener("pointerdown", () => { touched = true; });
  form.addEventListener("keydown", () => { touched = false; });
  form.addEventListener("click", (event) => {
    if (!touched || event.target.type !== "radio") return;
    // The second half of a double tap must not answer the question that has just come up under the finger.
    if (event.timeStamp - shownAt < DEAF_FOR) {
      event.preventDefault();
      return;
    }
    const from = step;
    setTimeout(() => { if (step === from) next(parts); }, ADVANCE_AFTER);
  });
}

if (questions.length > 2) {
  const parts = build();
  const wrong = questions.findIndex((question) => question.classList.contains("field-wrong"));
  const open = asked().find((n) => !isFilled(questions[n]));
  show(parts, wrong >= 0 ? wrong : open ?? asked().at(-1), { move: false });
  history.replaceState({ step }, "");

  parts.next.addEventListener("click", () => next(parts));
  parts.back.addEventListener("click", () => go(parts, beside(step, -1)));
  addEventListener("popstate", (event) => { if (event.state) show(parts, event.state.step); });
  form.addEventListener("show-question", (event) => {
    const found = questions.findIndex((question) => question.contains(event.target));
    go(parts, found < 0 ? asked().at(-1) : found);
  });
  form.addEventListener("asked", () => show(parts, step, { move: false }));
  form.addEventListener("submit", (event) => {
    if (isLast()) return;
    event.preventDefault();
    next(parts);
  });
  advanceWhenTapped(parts);
}
