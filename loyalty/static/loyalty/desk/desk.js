/* Comforts of the desk. Every act works without this file as a plain form. */
(function () {
  "use strict";

  const QUOTE_DELAY_MS = 450;
  const SUGGEST_DELAY_MS = 200;
  const RETRY_MS = 3000;
  /* A half-typed service or code is nobody's wish yet: a live quote leaves it in its field. */
  const HALF_TYPED = ["entry", "entry_category", "code", "privilege_entry", "payer_entry"];
  /* Read when they are sent, not while they are typed. */
  const SENT_FIELDS = ["code", "override_reason", "privilege_entry", "payer_entry"];
  let quoteTimer = 0;
  let suggestTimer = 0;
  let running = null;
  let isPosting = false;

  const checkout = () => document.getElementById("checkout");
  const find = () => document.getElementById("find");

  document.documentElement.classList.add("scripted");
  /* What found nobody is typed over, not continued: the next scan would be added to it. */
  if (find()?.autofocus) find().select();

  document.addEventListener("keydown", (event) => {
    if (event.key === "F2") {
      event.preventDefault();
      findNext();
    } else if (event.key === "Enter" && event.ctrlKey) {
      const button = document.getElementById("confirm") || document.getElementById("ask-quote");
      if (button) {
        event.preventDefault();
        button.click();
      }
    } else if (event.key === "F7") {
      namePayer(event);
    } else if (event.key === "F8") {
      event.preventDefault();
      chooseNext();
    } else if (event.key === "F9") {
      event.preventDefault();
      document.getElementById("send-code")?.click();
    } else if (event.key === "F4") {
      openRefund(event);
    } else if (event.key === "Escape" && find() && document.activeElement !== find()) {
      findNext();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      moveInMatches(event);
    }
  });

  document.addEventListener("submit", (event) => {
    if (event.target !== checkout()) {
      sendOnce(event);
      return;
    }
    const submitter = event.submitter;
    if (submitter?.hasAttribute("data-own-page")) return;
    event.preventDefault();
    if (submitter?.id.startsWith("confirm")) confirmReceipt(submitter);
    else quote({ submitter, isLive: false });
  });

  document.addEventListener("input", (event) => {
    const target = event.target;
    if (!checkout()?.contains(target)) return;
    if (target.name === "entry" || target.name === "entry_category") {
      suggestLater(target);
      return;
    }
    if (target.name === "spend_points") {
      const amount = checkout().querySelector("input[name=spend][value=amount]");
      if (amount) amount.checked = true;
    }
    if (target.name === "spend" && target.value === "amount") {
      checkout().querySelector("input[name=spend_points]")?.focus();
      return;
    }
    // A day without its hour yet is empty to us: wait for the whole moment.
    if (SENT_FIELDS.includes(target.name) || target.name === "paid_at") return;
    quoteLater(target.name === "spend" ? 0 : QUOTE_DELAY_MS);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "desk-clinic") event.target.form.submit();
    else if (event.target.id === "paid-at") quoteLater(0);
  });

  function sendOnce(event) {
    if (!event.submitter?.hasAttribute("data-once")) return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  }

  /* A page without the field has a way back to it. */
  function findNext() {
    if (find()) {
      find().focus();
      find().select();
    } else document.querySelector("a[data-desk]")?.click();
  }

  function moveInMatches(event) {
    const links = [...document.querySelectorAll(".matches a")];
    if (!links.length) return;
    const place = links.indexOf(document.activeElement);
    if (place < 0 && document.activeElement !== find()) return;
    event.preventDefault();
    const next = place + (event.key === "ArrowDown" ? 1 : -1);
    if (next < 0) find().focus();
    else links[Math.min(next, links.length - 1)].focus();
  }

  /* Of the receipt just posted, else of the patient's last one. */
  function openRefund(event) {
    const link = document.querySelector("a[data-refund]");
    if (!link) return;
    event.preventDefault();
    window.location.assign(link.href);
  }

  function namePayer(event) {
    const summary = document.querySelector("[data-payer]");
    if (!summary) return;
    event.preventDefault();
    summary.parentElement.open = true;
    document.getElementById("payer-entry").focus();
  }

  /* Of the ways to spend, or on a refund's page of what to refund. */
  function chooseNext() {
    const choices = [...document.querySelectorAll("input[type=radio][data-choice]:not(:disabled)")];
    const next = choices[(choices.findIndex((choice) => choice.checked) + 1) % choices.length];
    if (!next) return;
    next.checked = true;
    next.focus();
    next.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function quoteLater(delay) {
    window.clearTimeout(quoteTimer);
    if (!checkout().querySelector("input[name=line_price]")) return;
    quoteTimer = window.setTimeout(() => quote({ submitter: null, isLive: true }), delay);
  }

  async function quote({ submitter, isLive }) {
    window.clearTimeout(quoteTimer);
    quoteTimer = 0;
    running?.abort();
    const mine = (running = new AbortController());
    const form = checkout();
    const data = new FormData(form);
    if (submitter && submitter.name) data.set(submitter.name, submitter.value);
    const kept = isLive ? HALF_TYPED.map((name) => [name, data.get(name)]) : [];
    kept.forEach(([name]) => data.delete(name));
    form.setAttribute("aria-busy", "true");
    try {
      const url = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
      const answer = await send(url, data, mine.signal);
      // Something was typed meanwhile: its own quote is on the way.
      if (answer && !quoteTimer) replace(answer, kept);
    } catch (error) {
      if (error.name !== "AbortError") say("warn", form.dataset.offline);
    } finally {
      form.removeAttribute("aria-busy");
    }
  }

  async function confirmReceipt(submitter) {
    if (isPosting) return;
    isPosting = true;
    window.clearTimeout(quoteTimer);
    running?.abort();
    const form = checkout();
    const data = new FormData(form);
    if (submitter.name) data.append(submitter.name, submitter.value);
    form.setAttribute("aria-busy", "true");
    await post(form, data);
  }

  async function post(form, data) {
    try {
      const answer = await send(form.dataset.confirm, data, null);
      if (answer) {
        replace(answer, []);
        isPosting = false;
      }
    } catch (error) {
      // The signed quote makes a repeat safe: it shows the first receipt.
      say("error", form.dataset.offline);
      window.setTimeout(() => post(form, data), RETRY_MS);
    }
  }

  /* The fragment, or nothing when the browser is leaving for another page. */
  async function send(url, data, signal) {
    const response = await fetch(url, {
      method: "POST", body: data, signal, credentials: "same-origin", headers: { "X-Desk-Fragment": "1" },
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

  function replace(html, kept) {
    const place = placeOfFocus();
    const box = document.createElement("template");
    box.innerHTML = html.trim();
    const strip = box.content.querySelector(".strip");
    if (strip) document.querySelector(".strip").replaceWith(strip);
    checkout().replaceWith(box.content);
    showUsableCodes();
    kept.forEach(([name, value]) => {
      const field = checkout().querySelector(`input[name=${name}]`);
      if (field) field.value = value ?? "";
    });
    restoreFocus(place);
  }

  /* A code is used once: while it is on the receipt the patient's strip does not offer it again. */
  function showUsableCodes() {
    const used = [...checkout().querySelectorAll("input[name=privilege]")].map((field) => field.value);
    document.querySelectorAll("button[name=use_privilege]").forEach((button) => {
      button.hidden = used.includes(button.value);
    });
  }

  function placeOfFocus() {
    const active = document.activeElement;
    if (!active || !active.name || !checkout().contains(active)) return null;
    const twins = [...checkout().querySelectorAll(`[name="${active.name}"]`)];
    return {
      name: active.name, type: active.type, value: active.value, index: twins.indexOf(active),
      start: active.type === "text" ? active.selectionStart : null,
    };
  }

  function restoreFocus(place) {
    const invalid = checkout().querySelector("[aria-invalid=true]");
    const twins = place ? [...checkout().querySelectorAll(`[name="${place.name}"]`)] : [];
    const same = place && (place.type === "radio" ? twins.find((twin) => twin.value === place.value) : twins[place.index]);
    const next = checkout().querySelector("[data-focus]");
    const target = next || same || invalid || checkout().querySelector("#entry");
    target?.focus();
    if (same && target === same && place.start !== null && same.setSelectionRange) same.setSelectionRange(place.start, place.start);
  }

  function say(kind, text) {
    const box = checkout().querySelector(".notices");
    const note = document.createElement("p");
    note.className = `notice ${kind}`;
    note.setAttribute("role", kind === "error" ? "alert" : "status");
    note.textContent = text;
    box.replaceChildren(note);
  }

  function suggestLater(input) {
    window.clearTimeout(suggestTimer);
    suggestTimer = window.setTimeout(() => suggest(input), SUGGEST_DELAY_MS);
  }

  async function suggest(input) {
    const text = input.value.trim();
    if (text.length < 2 || /^[\d\s.,]+$/.test(text)) return;
    const kind = input.name === "entry_category" ? "category" : "service";
    const url = `${checkout().dataset.suggest}?kind=${kind}&q=${encodeURIComponent(text)}`;
    try {
      const response = await fetch(url, { credentials: "same-origin" });
      if (!response.ok || response.redirected) return;
      const names = (await response.text()).split("\n").filter(Boolean);
      const list = document.getElementById(kind === "category" ? "categories" : "services");
      list?.replaceChildren(...names.map((name) => {
        const option = document.createElement("option");
        option.value = name;
        return option;
      }));
    } catch (error) {
      // Suggestions are a comfort: without them the server still finds the service.
    }
  }
})();
