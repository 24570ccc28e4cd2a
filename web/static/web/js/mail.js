// The mail screen: keys, selection, news without moving the list, message frames, and the way into compose.
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const main = $("#main");
const reader = $("#reader"); // null in the outbox, which has letters instead of conversations
const isPhone = matchMedia("(max-width: 760px)");

// ---- message frames: no script runs inside, so their height is measured from here
function fit(frame) {
  const page = frame.contentDocument;
  if (!page?.body) return;
  const set = () => (frame.style.height = `${page.documentElement.offsetHeight}px`);
  new ResizeObserver(set).observe(page.documentElement);
  set();
}
document.addEventListener("load", (event) => event.target.matches?.("iframe.msg-body") && fit(event.target), true);
for (const frame of $$("iframe.msg-body")) if (frame.contentDocument?.readyState === "complete") fit(frame);

document.addEventListener("theme-changed", () => {
  const { theme } = document.documentElement.dataset;
  for (const frame of $$("iframe.msg-body")) frame.src = `${frame.dataset.body}?theme=${theme}`;
});

// ---- the open thread
function currentRow() {
  return $(".row[aria-current]");
}

function mark(row) {
  currentRow()?.removeAttribute("aria-current");
  row?.setAttribute("aria-current", "true");
}

function showTitle() {
  const unread = Number($(".folders")?.dataset.unread ?? 0);
  const open = $(".thread")?.dataset.subject;
  const words = open ?? main.dataset.heading;
  document.title = `${unread ? `(${unread}) ` : ""}${words} · ${document.title.split(" · ").at(-1)}`;
}
showTitle();

document.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (target.id === "reader") {
    main.dataset.view = "thread";
    const row = $(`#row-${$(".thread")?.dataset.thread}`);
    mark(row);
    row?.removeAttribute("data-unread");
    if (isPhone.matches) reader.focus({ preventScroll: true });
    showTitle();
    htmx.trigger(document.body, "mail-read");
  }
  if (target.id === "side-in") showTitle();
  if (target.id === "fresh-rows") takeFresh();
  if (target.id === "rows") remark();
});

function remark() {
  const open = $(".thread")?.dataset.thread;
  if (open) mark($(`#row-${open}`));
  countSelected();
}

function leaveThread() {
  mark(null);
  reader.replaceChildren($("#no-thread").content.cloneNode(true));
  main.dataset.view = "list";
  history.pushState({}, "", main.dataset.listUrl);
  showTitle();
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.elt.matches("[data-leave]")) leaveThread();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-back]") && isPhone.matches) {
    event.preventDefault();
    back();
  }
  if (event.target.closest("[data-print]")) print();
});
function back() {
  if (main.dataset.view !== "thread") return;
  if (!isPhone.matches) return currentRow()?.querySelector("a").focus();
  main.dataset.view = "list";
  history.pushState({}, "", main.dataset.listUrl);
  currentRow()?.scrollIntoView({ block: "nearest" });
}

// ---- the outbox: what the server answered stays open when news draw the letters anew
document.addEventListener("htmx:beforeSwap", (event) => {
  const open = $$(".reply[open]", event.detail.target).map((reply) => reply.id);
  const reopen = () => open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  if (open.length) document.addEventListener("htmx:afterSwap", reopen, { once: true });
});

// ---- selection
function countSelected() {
  const count = $$("[name=ids]:checked", $("#rows")).length;
  $("#selected-count").textContent = count;
  $(".bulk").hidden = !count;
}
let lastPicked = null;
document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.("#rows [name=ids]")) return;
  const boxes = $$("#rows [name=ids]");
  if (event.shiftKey && lastPicked) {
    const [from, to] = [boxes.indexOf(lastPicked), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
  }
  lastPicked = box;
  countSelected();
});
function clearSelection() {
  for (const box of $$("#rows [name=ids]:checked")) box.checked = false;
  countSelected();
}
document.addEventListener("click", (event) => event.target.closest("[data-clear]") && clearSelection());

// ---- news: rows are fetched aside; at the top they are shown, further down a button offers them
let offered = document.createDocumentFragment();

function takeFresh() {
  const rows = $("#rows");
  offered = document.createDocumentFragment(); // apart from the page: its rows have the ids of those that are shown
  offered.append(...$("#fresh-rows").childNodes);
  const known = new Set($$(".row", rows).map((row) => row.id));
  const strange = $$(".row[data-unread]", offered).filter((row) => !known.has(row.id));
  if (rows.scrollTop < 40 || !known.size) return showFresh();
  for (const row of $$(".row", offered)) if (known.has(row.id)) replaceRow(row);
  const pill = $("#fresh");
  pill.hidden = !strange.length;
  pill.textContent = pill.dataset.words.replace("{count}", strange.length);
}
function replaceRow(row) {
  const old = document.getElementById(row.id);
  const next = row.cloneNode(true);
  $("[name=ids]", next).checked = $("[name=ids]", old).checked;
  if (old.hasAttribute("aria-current")) next.setAttribute("aria-current", "true");
  old.replaceWith(next);
  htmx.process(next);
}
function showFresh() {
  const rows = $("#rows");
  const picked = new Set($$("[name=ids]:checked", rows).map((box) => box.value));
  const focused = document.activeElement?.closest?.(".row")?.id;
  rows.replaceChildren(offered);
  for (const box of $$("[name=ids]", rows)) box.checked = picked.has(box.value);
  htmx.process(rows);
  remark();
  if (focused) document.getElementById(focused)?.querySelector("a").focus({ preventScroll: true });
  $("#fresh").hidden = true;
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("#fresh")) return;
  showFresh();
  $("#rows").scrollTo({ top: 0 });
});

// ---- folders as a drawer on narrow screens: the same element, moved
document.addEventListener("click", (event) => {
  const drawer = $("#folders");
  if (event.target.closest("[data-folders]")) {
    drawer.append($("#side"));
    drawer.showModal();
  }
});
$("#folders").addEventListener("close", () => main.prepend($("#side")));

// ---- compose: its code and its editor load with the first use
let composing = null;
function compose(query = "") {
  $("#folders").close?.();
  composing ??= import(main.dataset.composeScript);
  composing.then((module) => module.open(`${main.dataset.composeUrl}${query}`));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-compose], [data-reply], [data-reply-all]");
  if (!button) return;
  const { reply, replyAll, compose: to } = button.dataset;
  if (reply) compose(`?reply=${reply}`);
  else if (replyAll) compose(`?reply=${replyAll}&all=1`);
  else compose(to && to !== "true" ? `?to=${encodeURIComponent(to)}` : "");
});
document.addEventListener("letter-undone", (event) => composing?.then((module) => module.reopen(event.detail.id)));
const unsent = sessionStorage.getItem(`compose:${main.dataset.member}:open`);
if (unsent) compose(unsent === "new" ? "" : unsent);
const wanted = new URLSearchParams(location.search).get("compose");
if (wanted !== null) compose(wanted ? `?to=${encodeURIComponent(wanted)}` : "");

// ---- keys: single letters, off in fields and dialogs, and off altogether when switched off (WCAG 2.1.4)
const SWITCH = "single-keys";
const keysSwitch = $("[data-single-keys]");
keysSwitch.checked = localStorage.getItem(SWITCH) !== "off";
keysSwitch.addEventListener("change", () => localStorage.setItem(SWITCH, keysSwitch.checked ? "on" : "off"));

function move(step) {
  const rows = $$("#rows .row");
  const from = rows.indexOf(document.activeElement?.closest?.(".row") ?? currentRow());
  const next = rows[Math.max(0, Math.min(rows.length - 1, from + step))];
  next?.querySelector("a").focus();
  next?.scrollIntoView({ block: "nearest" });
}
const focusedRow = () => document.activeElement?.closest?.(".row") ?? currentRow();
const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => focusedRow()?.querySelector("a").click(),
  u: back,
  c: () => compose(),
  r: () => $(".thread [data-reply]")?.click(),
  a: () => $(".thread [data-reply-all]")?.click(),
  x: () => focusedRow()?.querySelector("[name=ids]").click(),
  "#": () => ($("#rows [name=ids]:checked") ? $("[data-bulk-delete]") : $(".thread [data-delete]"))?.click(),
  "/": () => $("#search")?.focus(),
  "?": () => $("#keys").showModal(),
};
const places = { i: "inbox", s: "sent", o: "outbox" };
let goTo = 0;

function isTyping(target) {
  return target.matches("input:not([type=checkbox]), textarea, select, [contenteditable=true], [contenteditable=true] *");
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && event.target.id === "search") event.target.blur();
  if (!keysSwitch.checked || isTyping(event.target) || $("dialog[open]")) return;
  const place = Date.now() - goTo < 1500 && places[event.key];
  goTo = event.key === "g" ? Date.now() : 0;
  if (place) location.assign(main.dataset.listUrl.replace(/\/mail\/\w+\/.*/, `/mail/${place}/`));
  else if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});
