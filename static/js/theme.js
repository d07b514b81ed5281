// Light or dark before the first paint: the person's choice, else the device's.
(() => {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("theme") || root.dataset.theme;
    } catch {
      return root.dataset.theme; // storage is closed to us: the profile's choice stands
    }
  };
  const apply = () => {
    const theme = chosen();
    root.dataset.bsTheme = theme === "light" || theme === "dark" ? theme : device.matches ? "dark" : "light";
  };
  apply();
  device.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    try {
      localStorage.setItem("theme", root.dataset.bsTheme === "dark" ? "light" : "dark");
    } catch {
      return;
    }
    apply();
  });
})();
