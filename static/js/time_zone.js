// Offers the browser's time zone: filled in at the first sign-in, one press away on the profile.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  for (const field of document.querySelectorAll('[data-browser-zone="fill"]')) {
    if (field.value === "UTC") field.value = zone;
  }
  for (const offer of document.querySelectorAll('[data-browser-zone="offer"]')) {
    const field = document.getElementById(offer.dataset.for);
    if (field.value === zone) continue;
    offer.querySelector("[data-zone]").textContent = zone;
    offer.hidden = false;
    offer.querySelector("button").addEventListener("click", () => {
      field.value = zone;
      offer.hidden = true;
      field.focus();
    });
  }
})();
