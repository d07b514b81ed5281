// Following a playbook: ticks that survive a reload, commands to copy, printing.
(() => {
  const playbook = document.querySelector("[data-playbook]");
  if (!playbook) return;
  const key = `playbook:${playbook.dataset.playbook}`;
  const version = playbook.dataset.playbookVersion;
  const ticks = [...playbook.querySelectorAll("[data-step]")];
  const progress = playbook.querySelector("[data-playbook-progress]");
  const restart = playbook.querySelector("[data-playbook-restart]");

  const kept = () => {
    try {
      const saved = JSON.parse(localStorage.getItem(key));
      // Steps of another version may be other steps: those ticks mean nothing.
      return saved && saved.version === version ? saved.steps : [];
    } catch {
      return []; // storage is closed to us, or holds something else: nothing is ticked
    }
  };
  const keep = () => {
    const steps = ticks.filter((tick) => tick.checked).map((tick) => tick.dataset.step);
    try {
      if (steps.length) localStorage.setItem(key, JSON.stringify({ version, steps }));
      else localStorage.removeItem(key);
    } catch {
      return; // the ticks stay on this page
    }
  };
  const show = () => {
    const done = ticks.filter((tick) => tick.checked).length;
    for (const tick of ticks) tick.closest(".playbook-step").classList.toggle("is-done", tick.checked);
    progress.hidden = restart.hidden = !done;
    progress.textContent = done ? `${done} of ${ticks.length} done` : "";
  };

  const ticked = kept();
  for (const tick of ticks) {
    tick.checked = ticked.includes(tick.dataset.step);
    tick.addEventListener("change", () => {
      keep();
      show();
    });
  }
  restart.addEventListener("click", () => {
    for (const tick of ticks) tick.checked = false;
    keep();
    show();
    ticks[0].focus();
  });
  show();

  for (const button of playbook.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break; // only given to us on a secure or local address
    button.hidden = false;
    const label = button.querySelector("[data-copy-label]");
    button.addEventListener("click", async () => {
      const command = button.parentElement.querySelector("[data-command]");
      try {
        await navigator.clipboard.writeText(command.textContent);
        label.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(command);
        label.textContent = "Selected";
      }
      setTimeout(() => (label.textContent = "Copy"), 2000);
    });
  }

  const print = playbook.querySelector("[data-print]");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
})();
