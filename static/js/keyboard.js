// The keyboard reaches everything: /, n, j, k, Enter, e and ?.
// A page offers a key by data-key="x" on a link, button or field, and a list by data-list-item.
// An item of a list offers keys of its own by data-row-key, while the focus is within it.
(() => {
  const typing = (element) =>
    element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  const help = () => document.getElementById("keyboard-help");

  const move = (step) => {
    const items = [...document.querySelectorAll("[data-list-item]")].filter((item) => item.offsetParent);
    if (!items.length) return;
    const now = items.findIndex((item) => item.contains(document.activeElement));
    const next = items[Math.min(Math.max(now + step, 0), items.length - 1)];
    const title = next.querySelector(".row-title, .action-item-title");
    (next.matches("a, button") ? next : title ?? next.querySelector("a, button")).focus();
  };

  const inItem = (key) =>
    document.activeElement?.closest("[data-list-item]")?.querySelector(`[data-row-key="${CSS.escape(key)}"]`);

  const offered = (key) =>
    [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((element) => element.checkVisibility({ visibilityProperty: true }));

  // A check box is chosen from, not typed into.
  const box = (element) => element.matches("input[type=checkbox]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) && !box(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      event.preventDefault();
      help().showModal();
    } else if (event.key === "j" || event.key === "k") {
      move(event.key === "j" ? 1 : -1);
    } else if (event.key === "n" && !offered("n")) {
      location.assign("/incidents/new/");
    } else {
      const target = inItem(event.key) ?? offered(event.key);
      if (!target) return;
      event.preventDefault();
      if (typing(target) && !box(target)) target.focus();
      else target.click();
    }
  });
})();
