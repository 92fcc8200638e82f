// "None of these": chooses the lowest answer wherever a list has none yet. Without script the server does the same.

document.querySelectorAll("[data-none]").forEach((button) => {
  const { form } = button;
  const said = form.querySelector("[data-none-said]");

  button.addEventListener("click", (event) => {
    event.preventDefault();
    form.querySelectorAll(".question:not([data-asked-if])").forEach((question) => {
      const none = question.querySelector("input[type=radio][value='0']");
      if (!none || question.querySelector(":checked")) return;
      none.checked = true;
      none.dispatchEvent(new Event("input", { bubbles: true }));
    });
    said.textContent = said.dataset.noneSaid;
  });
});
