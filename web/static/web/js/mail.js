// The mail screen: keys, selection, news without moving the list, and the way into compose. The open letters are reader.js.
import { copyHere, unsentQuery } from "./compose_copies.js";
import { keyOf } from "./keys.js";

const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const main = $("#main");
const reader = $("#reader"); // null in the outbox, which has letters instead of conversations
const isPhone = matchMedia("(max-width: 760px)");

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

// An answer for a conversation that was left meanwhile: what comes with it belongs to no other.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.target.isConnected) detail.shouldSwap = false;
});

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
  if (target.id === "all-selected") countSelected();
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

// merged or split by hand: the open conversation is drawn anew, or the one that it went into
document.addEventListener("rearranged", (event) => {
  const open = $(".thread")?.dataset.thread;
  if (!open) return;
  const isPicked = pickedBoxes().some((box) => box.value === open);
  const shown = ($(".thread").dataset.thread = isPicked ? event.detail.thread : open); // at once: news may overtake
  const url = `${location.pathname.replace(/\d+\/$/, `${shown}/`)}${location.search}`;
  history.replaceState(history.state, "", url);
  htmx.ajax("GET", url, { target: "#reader", swap: "innerHTML" });
});
// news of a conversation that was left meanwhile have no place any more
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  for (const tail of [elt, ...$$("#tail", elt)].filter((each) => each.id === "tail"))
    tail.addEventListener("htmx:beforeOnLoad", (event) => tail.isConnected || event.preventDefault());
});
document.addEventListener("thread-gone", (event) => {
  if ($(".thread")?.dataset.thread === String(event.detail.thread)) leaveThread();
});
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.target?.id === "reader" && event.detail.xhr.status === 404) leaveThread();
});

// ---- selection
const pickedBoxes = () => $$("#rows [name=ids]:checked");
const isAllPicked = () => Boolean($("#all-selected [name=all]"));

function countSelected() {
  if (!$(".bulk")) return; // in folders of single letters
  if (isAllPicked()) for (const box of $$("#rows [name=ids]")) box.checked = true;
  const count = pickedBoxes().length;
  $("#selected-count").textContent = count;
  $(".bulk").hidden = !count;
  $("[data-bulk=merged]")?.toggleAttribute("hidden", count < 2 || isAllPicked());
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
  if (!box.checked) $("#all-selected").replaceChildren();
  countSelected();
});
function clearSelection() {
  $("#all-selected").replaceChildren();
  for (const box of pickedBoxes()) box.checked = false;
  countSelected();
}
// What was done shows at once; the list that is fetched anew begins at its top and may not reach down to these rows.
document.addEventListener("htmx:afterRequest", (event) => {
  const { bulk } = event.detail.elt.dataset ?? {};
  if (!bulk || !event.detail.successful) return;
  const rows = pickedBoxes().map((box) => box.closest(".row"));
  const next = rows.at(-1)?.nextElementSibling;
  for (const row of rows) {
    if (bulk === "gone") row.remove();
    else if (bulk !== "merged") row.toggleAttribute("data-unread", bulk === "unread");
  }
  clearSelection();
  if (bulk === "gone") next?.querySelector("a")?.focus({ preventScroll: true });
});
document.addEventListener("click", (event) => event.target.closest("[data-clear]") && clearSelection());

// ---- news: rows are fetched aside; at the top they are shown, further down a button offers them
let offered = document.createDocumentFragment();

function takeFresh() {
  const rows = $("#rows");
  offered = document.createDocumentFragment(); // apart from the page: its rows have the ids of those that are shown
  offered.append(...$("#fresh-rows").childNodes);
  const known = new Set($$(".row", rows).map((row) => row.id));
  const strange = $$(".row[data-unread]", offered).filter((row) => !known.has(row.id));
  if ((rows.scrollTop < 40 && !$(".newest", rows)) || !known.size) return showFresh();
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

// ---- a list that was scrolled for long: what lies far above is let go, and a button leads back to the top
const MOST_ROWS = 500;

document.addEventListener("htmx:afterSettle", (event) => {
  const rows = $("#rows");
  if (!rows?.contains(event.detail.elt)) return;
  countSelected();
  const surplus = $$(".row", rows).length - MOST_ROWS;
  if (surplus > 0) letGo(rows, surplus);
});
function letGo(rows, surplus) {
  const still = $$(".row", rows)[surplus];
  const before = still.getBoundingClientRect().top;
  rows.style.overflowAnchor = "none"; // else the browser corrects the place a second time
  for (const row of $$(".row", rows).slice(0, surplus)) row.remove();
  for (const list of $$(".rows", rows)) {
    if (list.childElementCount) break;
    if (list.previousElementSibling?.matches(".day")) list.previousElementSibling.remove();
    list.remove();
  }
  if (!$(".newest", rows)) rows.prepend(newestButton(rows));
  rows.scrollTop += still.getBoundingClientRect().top - before;
  rows.style.overflowAnchor = "";
}
function newestButton(rows) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "newest", textContent: rows.dataset.newest });
  button.addEventListener("click", () => {
    button.remove();
    rows.scrollTo({ top: 0 });
    htmx.trigger("#fresh-rows", "newest");
  });
  return button;
}

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
  const button = event.target.closest("[data-compose], [data-reply], [data-reply-all], [data-forward], [data-draft]");
  if (!button) return;
  const { reply, replyAll, forward, draft, compose: to } = button.dataset;
  if (draft) compose(`?draft=${draft}`);
  else if (forward) compose(`?forward=${forward}`);
  else if (reply) compose(`?reply=${reply}`);
  else if (replyAll) compose(`?reply=${replyAll}&all=1`);
  else compose(to && to !== "true" ? `?to=${encodeURIComponent(to)}` : "");
});
document.addEventListener("letter-undone", (event) => compose(`?draft=${event.detail.draft}`));
// What a link of another page asks for: to whom, from whose card, and which letter it goes on with.
const WANTED = ["draft", "forward", "reply", "all", "contact", "lead", "company", "customer"];
const asked = new URLSearchParams(location.search);
// One letter opens. That which this browser alone has goes before; what is saved is found in Drafts.
unsentQuery().then((unsent) => {
  if (unsent && (!asked.has("compose") || copyHere()?.isDirty)) compose(unsent === "new" ? "" : unsent);
  else if (asked.has("compose")) compose(wantedLetter());
});

function wantedLetter() {
  const query = new URLSearchParams();
  if (asked.get("compose")) query.set("to", asked.get("compose"));
  for (const name of WANTED) if (asked.get(name)) query.set(name, asked.get(name));
  return query.size ? `?${query}` : "";
}

// ---- keys: single letters, off in fields and dialogs, and off altogether when switched off (WCAG 2.1.4)
const keysSwitch = $("[data-single-keys]");
keysSwitch.addEventListener("change", () => (main.dataset.keys = keysSwitch.checked ? "on" : "off"));

function move(step) {
  const rows = $$("#rows .row");
  const from = rows.indexOf(document.activeElement?.closest?.(".row") ?? currentRow());
  const next = rows[Math.max(0, Math.min(rows.length - 1, from + step))];
  next?.querySelector("a").focus();
  next?.scrollIntoView({ block: "nearest" });
}
// What is ticked, or the row where the keys are, or else the open conversation.
function remove() {
  const row = document.activeElement?.closest?.(".row");
  const isOther = row && row !== currentRow();
  if (isOther && !pickedBoxes().length) $("[name=ids]", row).click();
  (pickedBoxes().length ? $("[data-bulk-delete]") : $(".thread [data-delete]"))?.click();
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
  f: () => $(".thread [data-forward]")?.click(),
  z: () => $("#toasts .toast:last-child button")?.click(),
  x: () => focusedRow()?.querySelector("[name=ids]").click(),
  "#": remove,
  "/": () => $("#search")?.focus(),
  "?": () => $("#keys").showModal(),
};
const places = { i: "inbox", s: "sent", d: "drafts", o: "outbox", t: "deleted" };
const linkTo = (place) => $$(".folders a").find((link) => link.pathname === `/mail/${place}/`); // Deleted is not everybody's
let goTo = 0;

// ---- what is searched stands in the address, and so do the ways out of it
document.addEventListener("htmx:afterRequest", ({ detail: { elt, successful } }) => {
  if (!successful || !elt.matches("#list .search")) return;
  const words = $("#search").value.trim();
  const withWords = (href) => {
    const url = new URL(href, location);
    if (words) url.searchParams.set("q", words);
    else url.searchParams.delete("q");
    return url.pathname + url.search;
  };
  history.replaceState(history.state, "", withWords(location.href));
  main.dataset.listUrl = withWords(main.dataset.listUrl);
  for (const pill of $$("#list .pill")) pill.href = withWords(pill.href);
});

// ---- what can be searched
document.addEventListener("click", (event) => {
  const hint = event.target.closest("[data-operator]");
  if (!hint) return;
  const box = $("#search");
  box.value = hint.dataset.operator;
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
});

function isTyping(target) {
  return target.matches("input:not([type=checkbox]), textarea, select, [contenteditable=true], [contenteditable=true] *");
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && event.target.id === "search") event.target.blur();
  if (main.dataset.keys === "off" || isTyping(event.target) || $("dialog[open]")) return;
  const key = keyOf(event);
  const place = Date.now() - goTo < 1500 && places[key];
  goTo = key === "g" ? Date.now() : 0;
  if (place) linkTo(place)?.click();
  else if (keys[key]) {
    event.preventDefault();
    keys[key]();
  }
});
