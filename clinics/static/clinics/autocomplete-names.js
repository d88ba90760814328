/* Django's own autocomplete names its parts for nobody who hears the page: they get the name of their field.
   Its handler is registered before this one, which finds its parts made. */
window.django?.jQuery?.(() => {
  "use strict";

  document.querySelectorAll("select.admin-autocomplete").forEach((select) => {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const container = select.nextElementSibling;
    if (!label || !container?.classList.contains("select2-container")) return;
    /* Its button to clear stands among the items of the list, where no list may have one. */
    container.querySelector("ul.select2-selection__rendered")?.setAttribute("role", "none");
    label.id ||= `${select.id}-label`;
    container.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]").forEach((part) => {
      const value = part.matches("[role=combobox]") ? container.querySelector("span.select2-selection__rendered") : null;
      part.setAttribute("aria-labelledby", value?.id ? `${label.id} ${value.id}` : label.id);
    });
  });
});
