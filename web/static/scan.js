/* A scan that runs: newer pieces of the page are put in place of the older ones
   as they arrive. Without this script the page loads itself again. */
(() => {
  "use strict";
  const live = document.getElementById("scan-live");
  if (!live) return;
  const status = document.getElementById("status");
  const say = (words) => { if (status) status.textContent = words; };
  const trouble = document.getElementById("scan-trouble");
  const warn = (words) => {
    trouble.hidden = !words;
    trouble.lastElementChild.textContent = words;
  };

  const parsed = (html) => {
    const box = document.createElement("template");
    box.innerHTML = html;
    return box.content;
  };
  /* What had the focus and is no more gives it to the nearest heading's region. */
  const put = (id, piece) => {
    const old = document.getElementById(id);
    if (!old || !piece) return;
    const focused = old.contains(document.activeElement);
    old.replaceWith(piece);
    if (focused) document.getElementById("main")?.focus();
  };
  const step = () => Math.floor(Number(document.getElementById("scan-progress")?.dataset.percent ?? 0) / 10) * 10;

  let told = step();
  const progressed = () => {
    if (step() <= told) return;
    told = step();
    say(`${told} % of the scan is done`);
  };
  /* The newest line stands first. A line that is there already stays. */
  const line = (item) => {
    const log = document.getElementById("scan-log");
    if (!log || !item || log.querySelector(`[data-id="${CSS.escape(item.dataset.id)}"]`)) return;
    const after = [...log.children].find((old) => Number(old.dataset.id) < Number(item.dataset.id));
    log.insertBefore(item, after ?? null);
    while (log.children.length > 300) log.lastElementChild.remove();
  };

  let timer = 0, source = null, over = false;
  const end = (words) => {
    over = true;
    source?.close();
    clearInterval(timer);
    say(words);
  };

  /* Where events do not come through, the page itself is asked. */
  const poll = async () => {
    try {
      const reply = await fetch(location.pathname, { cache: "no-store" });
      if (reply.status >= 400 && reply.status < 500 || reply.redirected) {
        warn("This scan can no longer be shown to you. Load the page again.");
        end("");
        return;
      }
      if (!reply.ok) throw new Error(String(reply.status));
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      warn("");
      put("scan-state", page.getElementById("scan-state"));
      if (!page.getElementById("scan-live")) {
        warn("The scan has ended. Load the page again to see the result.");
        end("The scan has ended");
        return;
      }
      for (const id of ["scan-progress", "scan-shards"]) put(id, page.getElementById(id));
      for (const item of [...page.querySelectorAll("#scan-log > li")].reverse()) line(item);
      progressed();
    } catch {
      warn("Plumbline does not answer. This page keeps trying; the scan goes on without it.");
    }
  };

  const listen = () => {
    source = new EventSource(`${live.dataset.events}?after=${live.dataset.last}`);
    source.addEventListener("open", () => warn(""));
    source.addEventListener("progress", (event) => { put("scan-progress", parsed(event.data).firstElementChild); progressed(); });
    source.addEventListener("rows", (event) => put("scan-shards", parsed(event.data).firstElementChild));
    source.addEventListener("log", (event) => line(parsed(event.data).firstElementChild));
    source.addEventListener("done", (event) => {
      put("scan-state", parsed(event.data).firstElementChild);
      end("The scan has ended");
    });
    source.addEventListener("error", () => {
      if (over) return;
      warn("Plumbline does not answer. This page keeps trying; the scan goes on without it.");
      if (source.readyState !== EventSource.CLOSED) return;
      poll();
      timer = setInterval(poll, 5000);
    });
  };
  if ("EventSource" in window) listen();
  else timer = setInterval(poll, 5000);
})();
