// Copies the link or hands it to the phone's own share sheet; without it the link is copied by hand.
(() => {
  const copy = document.querySelector("[data-copy]");
  const share = document.querySelector("[data-share]");
  const said = document.querySelector("[data-said]");

  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      said.textContent = "";
      try {
        await navigator.clipboard.writeText(copy.dataset.copy);
        said.textContent = copy.dataset.copied;
      } catch {
        said.textContent = copy.dataset.failed;
      }
    });
  }
  if (navigator.share) {
    share.hidden = false;
    share.addEventListener("click", () => {
      navigator.share({ text: share.dataset.text, url: share.dataset.share }).catch(() => {});
    });
  }
})();
