/* Menus of the header: they open by themselves, this only closes them. */
(function () {
  "use strict";

  const open = () => document.querySelectorAll("#header details.menu[open]");

  document.addEventListener("click", (event) => {
    open().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.stopImmediatePropagation();
    });
  });
})();
