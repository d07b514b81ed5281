// The search page: the box says what the results are for, and the focus stays where it was.
(() => {
  let focused = "";

  document.addEventListener("htmx:before:swap", () => {
    focused = document.activeElement?.id ?? "";
  });

  document.addEventListener("htmx:after:swap", () => {
    const box = document.getElementById("search-box");
    const results = document.getElementById("search-results");
    // Whoever is typing knows best what the box should say.
    if (box && results && box !== document.activeElement) box.value = results.dataset.box;
    // What had the focus was replaced by its like.
    if (focused && document.activeElement === document.body) {
      document.getElementById(focused)?.focus({ preventScroll: true });
    }
  });
})();
