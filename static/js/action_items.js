// Lists of action items: how many are selected, cards that are dragged, and the focus, which stays
// with the action item that was changed. Without this, all of it works by forms and links.
(() => {
  const results = () => document.getElementById("action-item-results");

  // --- selected ---------------------------------------------------------------------------
  const boxes = () => [...document.querySelectorAll('input[name="item"]')];

  const count = () => {
    const form = document.getElementById("change-many");
    if (!form) return;
    const selected = boxes().filter((box) => box.checked).length;
    const all = form.querySelector("[data-select-all]");
    form.classList.toggle("has-some", selected > 0);
    form.classList.toggle("has-none", selected === 0);
    form.querySelector("[data-selected-count]").textContent = selected ? `: ${selected}` : "";
    all.closest("label").hidden = !boxes().length;
    all.checked = selected > 0 && selected === boxes().length;
    all.indeterminate = selected > 0 && !all.checked;
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-all]")) {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    if (event.target.matches('[data-select-all], input[name="item"]')) count();
  });

  // --- the focus --------------------------------------------------------------------------
  let last = "";

  document.addEventListener("focusin", (event) => {
    const item = event.target.closest("[id^='action-item-'][data-list-item]");
    if (item) last = item.id;
  });

  document.addEventListener("htmx:after:swap", () => {
    ready();
    if (document.activeElement !== document.body || !last) return;
    const item = document.getElementById(last);
    const places = ["[autofocus]", ".action-item-title", "a, summary"];
    places.map((place) => item?.querySelector(place)).find(Boolean)?.focus();
  });

  // --- the board --------------------------------------------------------------------------
  const columnOf = (event) => event.target.closest("[data-column]");
  let dragged = null;

  const unmark = () => {
    for (const column of document.querySelectorAll(".is-target")) column.classList.remove("is-target");
  };

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-movable]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.id);
    dragged.classList.add("is-dragged");
  });

  document.addEventListener("dragover", (event) => {
    const column = dragged && columnOf(event);
    if (!column) return;
    event.preventDefault();
    unmark();
    column.classList.add("is-target");
  });

  document.addEventListener("drop", (event) => {
    const column = dragged && columnOf(event);
    if (!column) return;
    event.preventDefault();
    last = dragged.id;
    // The menu of the card does it, as if somebody had chosen there.
    dragged.querySelector(`[value="${column.dataset.column}"], [data-move="${column.dataset.column}"]`)?.click();
  });

  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    unmark();
  });

  // Whoever opens a menu is in it; it closes when one leaves it.
  const enter = (event) => {
    if (event.target.matches?.(".board-move[open]")) event.target.querySelector("button, div a").focus();
  };
  document.addEventListener("toggle", enter, true);
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".board-move[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.activeElement?.closest(".board-move[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  const ready = () => {
    count();
    for (const card of results()?.querySelectorAll("[data-movable]") ?? []) card.draggable = true;
  };
  ready();
})();
