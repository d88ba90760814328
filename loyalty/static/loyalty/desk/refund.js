/* Live sums of a refund. Without this file the same form asks for them by its button. */
(function () {
  "use strict";

  const TYPING_DELAY_MS = 450;
  const RETRY_MS = 3000;
  const ASKED = ["scope", "line", "line_amount", "amount"];
  let timer = 0;
  let running = null;

  const form = () => document.getElementById("refund");

  document.addEventListener("input", (event) => {
    const target = event.target;
    if (target.form !== form() || !ASKED.includes(target.name)) return;
    later(target.type === "text" ? TYPING_DELAY_MS : 0);
  });

  document.addEventListener("submit", (event) => {
    if (event.target !== form() || event.submitter?.id === "confirm") return;
    event.preventDefault();
    later(0);
  });

  function later(delay) {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, delay);
  }

  async function ask() {
    timer = 0;
    running?.abort();
    const mine = (running = new AbortController());
    form().setAttribute("aria-busy", "true");
    try {
      const answer = await send(mine.signal);
      // Something was typed meanwhile: its own sums are on the way.
      if (answer && !timer) show(answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      say(form().dataset.offline);
      later(RETRY_MS);
    } finally {
      if (running === mine) form().removeAttribute("aria-busy");
    }
  }

  /* The form anew, or nothing when the browser is leaving for another page. */
  async function send(signal) {
    const response = await fetch(form().action, {
      method: "POST", body: new FormData(form()), signal, credentials: "same-origin",
      headers: { "X-Desk-Fragment": "1" },
    });
    if (response.redirected) {
      window.location.assign(response.url);
      return "";
    }
    if (response.status >= 500) throw new Error("server");
    if ([400, 403, 404, 413].includes(response.status)) {
      window.location.reload();
      return "";
    }
    return response.text();
  }

  /* Fields stay as they are typed, with the focus in them; only texts and sums are new. */
  function show(html) {
    const box = document.createElement("template");
    box.innerHTML = html.trim();
    const fresh = box.content.getElementById("refund");
    if (!fresh.querySelector("#refund-sums")) {
      // Refunded in full at another desk meanwhile.
      form().replaceWith(fresh);
      return;
    }
    for (const part of form().querySelectorAll("[data-live]")) {
      part.replaceChildren(...box.content.getElementById(part.id).childNodes);
    }
    for (const field of form().querySelectorAll("input[id], select[id]")) {
      const isWrong = box.content.getElementById(field.id)?.hasAttribute("aria-invalid");
      if (isWrong) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }

  function say(text) {
    const note = document.createElement("p");
    note.className = "notice warn";
    note.setAttribute("role", "status");
    note.textContent = text;
    document.getElementById("refund-notices").replaceChildren(note);
  }
})();
