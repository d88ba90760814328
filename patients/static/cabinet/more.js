// Adds the older operations below those that are shown. Without this file the link leads to a page of them.
(() => {
  const months = document.querySelector("[data-months]");
  const told = document.querySelector("[data-told]");
  const link = document.querySelector("[data-more]");

  const monthOf = (section) => section.querySelector("h2").textContent;

  const add = (page) => {
    for (const section of [...page.querySelectorAll("[data-months] > section")]) {
      const same = [...months.children].find((shown) => monthOf(shown) === monthOf(section));
      if (same) {
        same.querySelector("ul").append(...section.querySelectorAll("ul > li"));
      } else {
        const title = section.querySelector("h2");
        title.id = `month-${months.children.length + 1}`;
        section.setAttribute("aria-labelledby", title.id);
        months.append(section);
      }
    }
    const next = page.querySelector("[data-more]");
    if (next) link.href = next.href;
    else link.remove();
    told.textContent = told.dataset.text;
  };

  link.addEventListener("click", async (event) => {
    event.preventDefault();
    told.textContent = "";
    try {
      const answer = await fetch(link.href, { credentials: "same-origin" });
      if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
      add(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (error) {
      // The log-in is over or the connection is gone: the browser says it better.
      window.location.assign(link.href);
    }
  });
})();
