/* A session may end in the middle of a registration. Names go into no address: the tab itself keeps what was typed,
   for the page that comes after the log-in and for no longer than ten minutes. */
(function () {
  "use strict";

  const PLACE = "kept-registration";
  const LONGEST_MS = 10 * 60 * 1000;

  document.addEventListener("submit", (event) => {
    if (!event.target.hasAttribute("data-keep")) return;
    const fields = [...new FormData(event.target)].filter(([name]) => name !== "csrfmiddlewaretoken");
    sessionStorage.setItem(PLACE, JSON.stringify({ at: Date.now(), fields }));
  });

  const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  /* Whatever page of the desk has come: the next one must not find it. */
  sessionStorage.removeItem(PLACE);
  const form = document.querySelector("form[data-keep]");
  if (!kept || !form || Date.now() - kept.at > LONGEST_MS) return;
  /* The server itself has sent the form back: what is wrong in it, or what was typed. */
  if (form.querySelector(".wrong")) return;
  if ([...form.querySelectorAll("input:not([type=hidden], [type=checkbox])")].some((field) => field.value)) return;

  kept.fields.forEach(([name, value]) => {
    const field = form.elements.namedItem(name);
    if (!field) return;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  });
  const note = document.createElement("p");
  note.className = "notice warn";
  note.setAttribute("role", "status");
  note.textContent = form.dataset.keep;
  form.prepend(note);
})();
