// Lists in which each row asks something. The row that was answered stays under the pointer and
// keeps the focus, whatever the answer changes above it; and the second press of a double click
// answers nothing else.
(() => {
  const HELD = 4000; // milliseconds in which an answer may still change the page
  const DOUBLE = 600; // and in which a second press at one place is the same press
  const NEAR = 8; // pixels
  let answered = null;

  document.addEventListener(
    "click",
    (event) => {
      const now = performance.now();
      const again =
        answered &&
        event.detail > 0 &&
        now - answered.at < DOUBLE &&
        Math.hypot(event.clientX - answered.x, event.clientY - answered.y) < NEAR;
      if (again) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      const row = event.target.closest("button[type=submit]")?.closest("[data-answer-row]");
      answered = row?.id
        ? { id: row.id, top: row.getBoundingClientRect().top, at: now, x: event.clientX, y: event.clientY }
        : null;
    },
    true,
  );

  // Whoever scrolls has the page where they want it.
  for (const name of ["wheel", "touchmove", "keydown"]) {
    document.addEventListener(name, () => { if (answered) answered.scrolled = true; }, { passive: true });
  }

  document.addEventListener("htmx:after:swap", () => {
    if (!answered || performance.now() - answered.at > HELD) return;
    const row = document.getElementById(answered.id);
    if (!row?.getClientRects().length) return;
    if (!answered.scrolled) {
      window.scrollBy({ top: row.getBoundingClientRect().top - answered.top, behavior: "instant" });
    }
    const { activeElement } = document;
    if (activeElement === document.body || !activeElement) row.focus({ preventScroll: true });
  });
})();
