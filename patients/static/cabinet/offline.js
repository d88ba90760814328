// On the pages for no internet: keeps the screen on, and comes back as soon as the connection does.
(() => {
  window.addEventListener("online", () => window.location.reload());
  const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", () => document.hidden || stayAwake());
  stayAwake();
})();
