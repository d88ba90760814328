/* The search field that the stock autocomplete makes has no name of its own: it gets its field's label. */
"use strict";

window.addEventListener("load", () => {
  for (const row of document.querySelectorAll(".form-row")) {
    const label = row.querySelector("label[for]");
    for (const field of row.querySelectorAll(".select2-search__field")) {
      const own = field.closest(".fieldBox")?.querySelector("label[for]") ?? label;
      if (own) field.setAttribute("aria-label", own.textContent.replace(":", "").trim());
    }
  }
});
