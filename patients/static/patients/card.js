/* Names for what the stock form leaves without one: fields of its autocomplete get the label of their field, fields of
   an inline row the title of their column; a column without a title is headed by no header. */
"use strict";

window.addEventListener("load", () => {
  const name = (field, text) => field.setAttribute("aria-label", text.replace(":", "").trim());
  for (const field of document.querySelectorAll(
    ".select2-search__field, .select2-selection, span.select2-selection__rendered",
  )) {
    const box = field.closest(".fieldBox") ?? field.closest(".form-row");
    const label = box?.querySelector("label[for]");
    if (label) name(field, label.textContent);
  }
  // Its list of chosen values holds more than items.
  for (const part of document.querySelectorAll("ul.select2-selection__rendered, ul.select2-selection__rendered > li")) {
    part.setAttribute("role", "none");
  }
  for (const row of document.querySelectorAll(".tabular tr.form-row")) {
    const titles = row.closest("table").querySelectorAll("thead th");
    for (const field of row.querySelectorAll("select, input:not([type=hidden]), textarea")) {
      const title = titles[field.closest("td").cellIndex];
      if (title) name(field, title.textContent);
    }
  }
  for (const header of document.querySelectorAll(".tabular thead th")) {
    if (!header.textContent.trim()) header.replaceWith(document.createElement("td"));
  }
});
