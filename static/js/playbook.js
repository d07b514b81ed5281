// Following a playbook: commands to copy, printing. Ticks are kept by the server.
(() => {
  const playbook = document.querySelector("[data-playbook]");
  if (!playbook) return;

  // The steps are drawn anew after each tick, so what copies is looked for at the click.
  const show = () => {
    if (!navigator.clipboard) return; // only given to us on a secure or local address
    for (const button of playbook.querySelectorAll("[data-copy]")) button.hidden = false;
  };
  show();
  document.addEventListener("htmx:after:swap", show);

  playbook.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const command = button.parentElement.querySelector("[data-command]");
    const label = button.querySelector("[data-copy-label]");
    try {
      await navigator.clipboard.writeText(command.textContent);
      label.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(command);
      label.textContent = "Selected";
    }
    setTimeout(() => (label.textContent = "Copy"), 2000);
  });

  // What others tick off meanwhile. Not while a reason is being typed, nor over an answer on its way.
  const refresh = () => {
    const steps = playbook.querySelector("#run-steps[hx-get]");
    if (!steps || document.hidden) return;
    if (steps.querySelector("details[open], .htmx-request")) return;
    steps.dispatchEvent(new Event("others"));
  };
  setInterval(refresh, 15_000);
  document.addEventListener("visibilitychange", refresh);

  const print = playbook.querySelector("[data-print]");
  if (!print) return;
  print.hidden = false;
  print.addEventListener("click", () => window.print());
})();
