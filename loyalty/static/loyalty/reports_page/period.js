// Typed days are chosen days, a named period has no days of its own; without this file days that are typed win.
(() => {
  const fields = document.querySelector(".report-filters")?.elements;
  const days = [fields?.first, fields?.last].filter(Boolean);
  if (!fields?.period || !days.length) return;
  fields.period.addEventListener("change", () => {
    if (fields.period.value !== "days") days.forEach((day) => { day.value = ""; });
  });
  days.forEach((day) => day.addEventListener("input", () => {
    if (day.value) fields.period.value = "days";
  }));
})();
