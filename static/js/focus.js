// Keep the focus when a part of the page is replaced: a swap that moves or replaces the focused
// element would move the focus to the top of the page.
(() => {
  let before = "";

  document.addEventListener("htmx:before:swap", () => {
    const { activeElement } = document;
    if (activeElement && activeElement !== document.body) before = activeElement.id;
  });

  document.addEventListener("htmx:after:swap", () => {
    if (!before || (document.activeElement && document.activeElement !== document.body)) return;
    document.getElementById(before)?.focus({ preventScroll: true });
  });

  // A click or a key press may move the focus on purpose.
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(name, () => (before = ""), { passive: true });
  }
})();
