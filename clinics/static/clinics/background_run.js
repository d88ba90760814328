/* Looks how far a run in the background is. Without this file the page reloads itself every few seconds. */
(function () {
  "use strict";

  const RETRY_MS = 5000;
  const section = () => document.getElementById("background-run");

  function later(delay) {
    window.setTimeout(look, delay);
  }

  async function look() {
    try {
      const response = await fetch(window.location.href, { credentials: "same-origin" });
      if (response.redirected || !response.ok) {
        window.location.reload();
        return;
      }
      show(new DOMParser().parseFromString(await response.text(), "text/html"));
    } catch (error) {
      section().querySelector(".run-state").textContent = section().dataset.offline;
      later(RETRY_MS);
    }
  }

  function show(page) {
    const fresh = page.getElementById("background-run");
    if (!fresh) {
      window.location.reload();
      return;
    }
    if (!fresh.dataset.poll) {
      // The whole page anew: the list of earlier runs and the title belong to it too.
      window.location.reload();
      return;
    }
    const old = section();
    old.querySelector("progress").replaceWith(fresh.querySelector("progress"));
    old.querySelector(".run-state").replaceWith(fresh.querySelector(".run-state"));
    later(Number(fresh.dataset.poll));
  }

  // Who has this file need not look by hand.
  section().querySelector(".reload").hidden = true;
  later(Number(section().dataset.poll));
})();
