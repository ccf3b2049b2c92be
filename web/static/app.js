/* The only script. Everything here is an enhancement: each page works without
   it. No eval, no inline handlers, no style writes, nothing loaded. */
(() => {
  "use strict";
  const status = document.getElementById("status");
  const say = (words) => {
    if (!status) return;
    status.textContent = "";
    requestAnimationFrame(() => { status.textContent = words; });
  };

  /* Copy buttons are hidden until there is a script that can serve them. */
  if (navigator.clipboard) {
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const source = document.getElementById(button.dataset.copy);
        const label = button.querySelector("span");
        if (!source || !label) return;
        try {
          await navigator.clipboard.writeText(source.textContent.trimEnd() + "\n");
        } catch {
          say("The browser did not allow copying. Select the text instead.");
          return;
        }
        label.textContent = "Copied";
        say("Copied to the clipboard");
        setTimeout(() => { label.textContent = "Copy"; }, 1600);
      });
    }
  }

  /* Esc closes the small-screen menu and gives the focus back. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details.drawer[open]")) {
      open.open = false;
      open.querySelector("summary")?.focus();
    }
  });
})();
