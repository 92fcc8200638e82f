// Shows the further questions of what is being asked and hides those of everything else, unless they are ticked.

const choice = document.querySelector("select[name='instrument']");
const questions = [...document.querySelectorAll("[data-plan-line] input[name='extra_items']")];

function show() {
  for (const box of questions) {
    const belongs = box.value.startsWith(`${choice.value}:`);
    box.closest(".option").hidden = !belongs && !box.checked;
  }
  const group = questions[0].closest("fieldset");
  group.hidden = questions.every((box) => box.closest(".option").hidden);
}

if (choice && questions.length) {
  choice.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
}
