// Writing a playbook: steps are added, moved and taken out in place. Without this, positions are
// typed and “Another step” asks the server.
(() => {
  const steps = document.querySelector("[data-steps]");
  if (!steps) return;
  const total = steps.querySelector("[name$=-TOTAL_FORMS]");
  const empty = steps.querySelector("[data-empty-step]");
  const add = steps.querySelector("[data-add-step]");
  const all = () => [...steps.querySelectorAll("[data-step-form]")];
  const position = (step) => step.querySelector("[name$=-ORDER]");

  const number = () => all().forEach((step, index) => (position(step).value = index + 1));

  const prepare = (step) => {
    step.querySelector("[data-moves]").hidden = false;
    position(step).readOnly = true;
  };

  steps.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const step = button.closest("[data-step-form]");
    const other = all()[all().indexOf(step) + Number(button.dataset.move)];
    if (!other) return;
    if (button.dataset.move === "1") other.after(step);
    else other.before(step);
    number();
    step.scrollIntoView({ block: "nearest" });
    button.focus();
  });

  add.addEventListener("click", (event) => {
    event.preventDefault();
    const index = Number(total.value);
    const made = document.createElement("div");
    made.innerHTML = empty.innerHTML.replaceAll("__prefix__", index);
    const step = made.firstElementChild;
    prepare(step);
    empty.before(step);
    total.value = index + 1;
    number();
    step.querySelector("[name$=-title]").focus();
  });

  // What is shown is in order of position, also after the server sent back what was typed.
  all()
    .sort((one, other) => (Number(position(one).value) || 1e6) - (Number(position(other).value) || 1e6))
    .forEach((step) => empty.before(step));
  all().forEach(prepare);
  number();
})();

// Choosing among many patterns: typing narrows what is shown. What is chosen stays shown.
(() => {
  for (const choices of document.querySelectorAll("[data-choices]")) {
    const filter = choices.querySelector("[data-choices-filter]");
    const all = [...choices.querySelectorAll("[data-choice]")];
    if (all.length < 8) continue;
    filter.hidden = false;
    filter.addEventListener("input", () => {
      const wanted = filter.value.trim().toLowerCase();
      for (const choice of all) {
        const fits = choice.textContent.toLowerCase().includes(wanted);
        choice.hidden = !fits && !choice.querySelector("input").checked;
      }
    });
    filter.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // narrows, and saves nothing
    });
  }
})();
