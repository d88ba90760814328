// Counts down to the moment when another code may be asked for. Without it the server says the same.
(() => {
  const button = document.querySelector("[data-wait]");
  const spoken = document.querySelector(".spoken");
  const label = button.textContent;
  const end = Date.now() + Number(button.dataset.wait) * 1000;
  const SPEAK_EVERY = 15;

  const show = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left <= 0) {
      button.disabled = false;
      button.textContent = label;
      spoken.textContent = button.dataset.wait === "0" ? "" : label;
      return;
    }
    const text = `${button.dataset.waitText} ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    button.disabled = true;
    button.textContent = text;
    if (left % SPEAK_EVERY === 0) spoken.textContent = text;
    setTimeout(show, 1000 - (Date.now() % 1000 || 0) / 10);
  };
  show();
})();
