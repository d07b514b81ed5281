// The search page: keep the box in step with the results, and fold the facets on a phone.
(() => {
  document.addEventListener("htmx:after:swap", () => {
    const box = document.getElementById("search-box");
    const results = document.getElementById("search-results");
    // While somebody is typing, the box is right already.
    if (box && results && box !== document.activeElement) box.value = results.dataset.box;
  });

  const button = document.querySelector("[data-narrow]");
  const facets = document.getElementById("search-narrowing");
  const fold = (folded) => {
    facets.classList.toggle("is-folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
  };
  button?.addEventListener("click", () => fold(!facets.classList.contains("is-folded")));

  // On a phone the facets stand above the results: after a choice, show the results.
  const narrow = window.matchMedia("(max-width: 767px)");
  document.addEventListener("click", (event) => {
    if (!narrow.matches || !event.target.closest("#search-narrowing a.search-facet")) return;
    button.focus({ preventScroll: true });
    fold(true);
    window.scrollTo(0, 0);
  });
})();
