// The focus stays where it was when a part of the page is replaced: a swap that moves or replaces
// the element that has it would drop the focus to the top of the page.
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

  // Who leaves an element by hand does not want it back.
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(name, () => (before = ""), { passive: true });
  }
})();
