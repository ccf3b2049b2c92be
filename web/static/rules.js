/* Drafts of rules, and accounts that are judged again. Everything here is an
   enhancement: without it flaws are read by their line, and the page loads
   itself again. */
(() => {
  "use strict";
  const status = document.getElementById("status");
  const say = (words) => { if (status) status.textContent = words; };

  /* A flaw puts the cursor where it is, and selects the word that stands there. */
  const text = document.getElementById("yaml");
  const place = (line, col) => {
    const lines = text.value.split("\n");
    const at = Math.min(Math.max(line, 1), lines.length) - 1;
    let from = lines.slice(0, at).reduce((sum, l) => sum + l.length + 1, 0) + Math.min(Math.max(col - 1, 0), lines[at].length);
    if (text.value[from] === ".") from += 1;
    const word = /^[\w-]*/.exec(text.value.slice(from))[0].length;
    text.focus();
    text.setSelectionRange(from, from + word);
    const height = text.scrollHeight / Math.max(lines.length, 1);
    text.scrollTop = Math.max(0, (at - 4) * height);
    text.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", (event) => {
    const flaw = event.target.closest("[data-line]");
    if (!flaw || !text) return;
    event.preventDefault();
    const go = () => place(Number(flaw.dataset.line), Number(flaw.dataset.col));
    /* The key that followed the link would otherwise be typed into the file. */
    if (event.detail === 0) document.addEventListener("keyup", go, { once: true });
    else go();
  });

  /* What takes seconds says so. The button is named in what is sent, so it is
     turned off only afterwards. */
  const wait = (from) => {
    if (!from?.dataset.busy) return;
    say(from.dataset.busy);
    setTimeout(() => {
      if (from.getAttribute("aria-disabled")) return;
      from.dataset.idle = from.textContent;
      from.textContent = from.dataset.busy;
      from.setAttribute("aria-disabled", "true");
    });
  };
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.getAttribute("aria-disabled")) { event.preventDefault(); return; }
    wait(button);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-busy]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) wait(link);
  });
  /* Whoever comes back finds the buttons as they were. */
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("[data-idle]")) {
      button.textContent = button.dataset.idle;
      button.removeAttribute("aria-disabled");
      delete button.dataset.idle;
    }
  });

  /* Accounts that are judged again: newer tables are put in place of older. */
  const judging = document.getElementById("judging");
  if (!judging?.dataset.events || !("EventSource" in window)) return;
  const trouble = document.getElementById("judging-trouble");
  const warn = (words) => {
    trouble.hidden = !words;
    trouble.lastElementChild.textContent = words;
  };
  let sum = document.getElementById("judged").dataset.sum, over = false;
  const source = new EventSource(judging.dataset.events);
  source.addEventListener("open", () => warn(""));
  source.addEventListener("judged", (event) => {
    const box = document.createElement("template");
    box.innerHTML = event.data;
    const next = box.content.firstElementChild;
    const old = document.getElementById("judged");
    const focused = old.contains(document.activeElement);
    old.replaceWith(next);
    if (focused) document.getElementById("main")?.focus();
    if (next.dataset.sum !== sum) say(next.dataset.sum);
    sum = next.dataset.sum;
  });
  source.addEventListener("done", () => {
    over = true;
    source.close();
    say("All accounts are judged again");
  });
  source.addEventListener("error", () => {
    if (!over) warn("Plumbline does not answer. This page keeps trying; judging goes on without it.");
  });
})();
