// Renews the card's code when its minute is over. Without a connection the QR of the number alone is shown:
// it is enough to earn. Without this file the link does the same.
(() => {
  const RETRY_MS = 5000;
  const place = document.querySelector("[data-sheet]");
  const offline = document.querySelector("[data-offline]");
  const awake = document.querySelector("[data-awake]");
  let end = 0;
  let timer = 0;
  let isAsking = false;

  // The seconds are those left when the server answered, so they run from the question at the latest: an answer
  // that was long on its way must not make a code look younger than it is.
  const begin = (askedAt) => {
    const sheet = place.querySelector("[data-seconds]");
    end = askedAt + Number(sheet?.dataset.seconds ?? 0) * 1000;
    tick();
  };

  const tick = () => {
    window.clearTimeout(timer);
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left <= 0) {
      renew();
      return;
    }
    const shown = place.querySelector("[data-left]");
    if (shown) shown.textContent = String(left);
    timer = window.setTimeout(tick, 1000);
  };

  const renew = async () => {
    if (isAsking) return;
    isAsking = true;
    const askedAt = Date.now();
    try {
      const answer = await fetch(window.location.pathname, {
        headers: { "X-Card-Fragment": "1" }, cache: "no-store", credentials: "same-origin",
      });
      // The session is over, or the card has been closed: the whole page says so.
      if (answer.redirected || !answer.ok) {
        window.location.reload();
        return;
      }
      place.innerHTML = await answer.text();
      isAsking = false;
      begin(askedAt);
    } catch (error) {
      isAsking = false;
      place.replaceChildren(offline.content.cloneNode(true));
      window.clearTimeout(timer);
      timer = window.setTimeout(renew, RETRY_MS);
    }
  };

  const stayAwake = async () => {
    try {
      await navigator.wakeLock.request("screen");
      awake.hidden = false;
    } catch (error) {
      // An old browser, or a battery that is low: the screen goes off as it always does.
    }
  };

  // A phone that slept wakes up with an old code; the lock of the screen is gone as well.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    tick();
    stayAwake();
  });

  begin(Date.now());
  stayAwake();
  // Last: without the link the code surely renews by itself.
  document.querySelector("[data-renew]").hidden = true;
})();
