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

  // On a phone the facets stand above the results: once one is chosen, what it left is wanted.
  const narrow = window.matchMedia("(max-width: 767px)");
  document.addEventListener("click", (event) => {
    if (!narrow.matches || !event.target.closest("#search-narrowing a.search-facet")) return;
    const button = document.querySelector(".search-narrow-button");
    button.focus({ preventScroll: true });
    button.click();
    window.scrollTo(0, 0);
  });
})();
