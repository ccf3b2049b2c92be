/* The script of every page. Everything here is an enhancement: each page works
   without it. No eval, no inline handlers, no style writes, nothing loaded. */
(() => {
  "use strict";
  const $ = (what, where = document) => where.querySelector(what);
  const $$ = (what, where = document) => [...where.querySelectorAll(what)];
  const say = (words) => {
    const status = $("#status");
    if (!status) return;
    status.textContent = "";
    requestAnimationFrame(() => { status.textContent = words; });
  };

  /* Copy buttons are hidden until there is a script that can serve them. */
  const copies = (where) => {
    if (!navigator.clipboard) return;
    for (const button of $$("[data-copy]", where)) button.hidden = false;
  };
  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    const label = $("span", button);
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
  };

  /* The sheet beside a list. Its links lead to pages that hold list and sheet;
     here only the sheet of such a page is taken, so that the list stays put. */
  const beside = $("#beside");
  const focusSheet = () => $("#sheet-h")?.focus({ preventScroll: true });
  const mark = (id) => {
    for (const row of $$("tr[data-current]")) delete row.dataset.current;
    const row = id && document.getElementById(id);
    if (row) row.dataset.current = "true";
    return row;
  };
  const turn = async (address, push) => {
    const to = new URL(address, location.href);
    let page;
    try {
      const reply = await fetch(to, { headers: { Accept: "text/html" } });
      if (!reply.ok || reply.redirected) throw reply;
      page = new DOMParser().parseFromString(await reply.text(), "text/html");
    } catch {
      location.assign(to);
      return;
    }
    const next = $("#beside", page);
    if (!next) { location.assign(to); return; }
    if (push) history.pushState({ beside: true }, "", to);
    document.title = page.title;
    beside.replaceChildren(...next.childNodes);
    copies(beside);
    const row = mark($("#sheet") && to.hash.slice(1));
    if ($("#sheet")) {
      row?.scrollIntoView({ block: "nearest" });
      focusSheet();
      say(`${$("#sheet-h").textContent}, beside the list`);
    } else {
      document.getElementById(to.hash.slice(1))?.querySelector("a")?.focus();
    }
  };
  if (beside) {
    addEventListener("popstate", () => { turn(location.href, false); });
    if ($("#sheet")) focusSheet();
    else if (/^#f-\d+$/.test(location.hash)) $("a", $(location.hash) ?? document.createElement("p"))?.focus();
  }
  const plain = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    const link = event.target.closest("a[data-beside], #results tr[id^='f-'] a");
    if (link && beside && plain(event)) {
      event.preventDefault();
      turn(link.href, true);
    }
    /* One menu is open at a time; a click beside it closes it. */
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  /* Single keys: off while typing, and off where the reader turned them off. */
  let going = 0;
  const places = { o: "/", f: "/findings", i: "/inventory", a: "/accounts", s: "/scans" };
  const move = (by) => {
    const rows = $$("tr.group, tr.child[id]");
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("cursor"));
    const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    for (const other of rows) other.classList.toggle("cursor", other === row);
    $("a", row)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const escape = () => {
    const open = $$("details.menu[open], details.drawer[open]");
    for (const menu of open) {
      menu.open = false;
      $("summary", menu)?.focus();
    }
    if (!open.length) $("[data-close]")?.click();
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    if ($("dialog[open]")) return;
    if (event.key === "Escape") { escape(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
    if (Date.now() - going < 900 && places[event.key]) { location.assign(places[event.key]); return; }
    going = 0;
    switch (event.key) {
      case "g": going = Date.now(); break;
      case "/": if ($("#q")) { event.preventDefault(); $("#q").focus(); } break;
      case "?": $("#keys")?.showModal(); break;
      case "j": move(1); break;
      case "k": move(-1); break;
    }
  });
  copies(document);
})();
