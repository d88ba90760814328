// Makes the cabinet an app: the service worker, and the card stored for when there is no internet.
(() => {
  const REFRESH_MS = 60_000;
  const address = document.currentScript.dataset.card;
  const last = Number(sessionStorage.getItem("card-stored") ?? 0);

  const store = async () => {
    await navigator.serviceWorker.register("/sw.js");
    if (Date.now() - last < REFRESH_MS) return;
    const answer = await fetch(address, { cache: "no-store", credentials: "same-origin" });
    if (answer.redirected || !answer.ok) return;
    await (await caches.open("card")).put(address, answer);
    sessionStorage.setItem("card-stored", String(Date.now()));
  };

  // Old browsers and private windows have neither; the cabinet works as a site then.
  if ("serviceWorker" in navigator && "caches" in window) store().catch(() => {});
})();
