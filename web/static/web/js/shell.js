// The frame of every page: dialogs, menus, toasts, errors, theme, news from the server. Words come from #words.
import { keyOf } from "./keys.js";

const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const words = byId("words").dataset;
if (/^Mac|^iP/.test(navigator.platform)) root.dataset.mac = ""; // keys are named as they stand on the keyboard
const isPhone = matchMedia("(max-width: 760px)");

// ---- htmx: our cookie of CSRF is not readable by scripts, so the token stands in the page
const csrf = document.querySelector('meta[name="csrf-token"]');
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrf.content;
});
document.addEventListener("new-token", (event) => {
  csrf.content = event.detail.token;
  byId("signed-out").hidden = true;
  toast({ text: words.again });
});

// What was typed while the scripts were on their way was heard by nobody.
document.addEventListener("DOMContentLoaded", () => {
  const typed = document.activeElement;
  if (typed?.matches("input, textarea") && typed.value && typed.value !== typed.defaultValue)
    typed.dispatchEvent(new Event("input", { bubbles: true }));
});

// ---- toasts
const shelf = byId("toasts");
const spoken = byId("live");
function announce(text) {
  spoken.textContent = text;
}

// What stands outside of an open dialog is inert, to a click and to a screen reader: the shelf stands in the uppermost.
const dialogs = []; // open ones, the uppermost last
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const known = dialogs.indexOf(target);
    if (known >= 0) dialogs.splice(known, 1);
    if (target.matches("dialog:modal")) dialogs.push(target);
  }
  standUppermost();
}).observe(document.body, { subtree: true, attributeFilter: ["open"] });

document.addEventListener("htmx:afterSwap", standUppermost); // its dialog may have been replaced
function standUppermost() {
  const place = dialogs.findLast((dialog) => dialog.isConnected && dialog.matches(":modal")) ?? document.body;
  if (shelf.parentElement === place) return;
  place.append(shelf, spoken);
  showShelf();
}

// Shown again, it lies above a dialog that opened since; the clocks of its toasts begin again, and are put right.
function showShelf() {
  if (!shelf.childElementCount) return;
  if (shelf.matches(":popover-open")) shelf.hidePopover();
  shelf.showPopover();
  for (const box of shelf.children) box.style.setProperty("--gone", `${performance.now() - box.dataset.since}ms`);
}

function toastElement({ text, tone, undo, seconds = 5 }) {
  const box = document.createElement("div");
  box.dataset.since = performance.now();
  box.className = tone === "bad" ? "toast toast-bad" : "toast";
  const said = document.createElement("span");
  said.textContent = text;
  box.append(said);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.undo;
    button.addEventListener("click", () => {
      box.remove();
      htmx.ajax("POST", undo, { swap: "none", source: document.body });
    });
    const clock = document.createElement("i");
    clock.className = "toast-clock";
    clock.style.setProperty("--for", `${seconds}s`);
    box.append(button, clock);
  }
  return box;
}

function toast(facts) {
  const box = toastElement(facts);
  standUppermost();
  shelf.append(box);
  showShelf();
  announce(facts.text);
  setTimeout(() => {
    box.remove();
    if (!shelf.childElementCount && shelf.matches(":popover-open")) shelf.hidePopover();
  }, (facts.seconds ?? 5) * 1000);
}
document.addEventListener("toast", (event) => toast(event.detail));
const waiting = [...document.querySelectorAll("#toasts > .toast")];
for (const box of waiting) {
  toast({ text: box.textContent, tone: box.classList.contains("toast-bad") ? "bad" : "", seconds: 6 });
  box.remove();
}

// ---- what went wrong
const failures = { 403: words.forbidden, 404: words.missing, 409: words.conflict, 413: words.tooLarge, 429: words.tooMany };
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  const isExplained = /signed-out|new-token/.test(event.detail.xhr.getResponseHeader("HX-Trigger") ?? "");
  if (!isExplained) toast({ text: failures[status] ?? words.failed, tone: "bad" });
});
document.addEventListener("htmx:sendError", () => toast({ text: words.offline, tone: "bad" }));
document.addEventListener("signed-out", () => (byId("signed-out").hidden = false));
const showConnection = () => (byId("offline").hidden = navigator.onLine);
addEventListener("online", showConnection);
addEventListener("offline", showConnection);
showConnection();

// ---- a page that comes back refused begins at its first mistake
const mistake = document.querySelector("main .field-error")?.closest(".field, fieldset");
mistake?.scrollIntoView({ block: "center" });
mistake?.querySelector("input:not([type=hidden]), select, textarea")?.focus({ preventScroll: true });

// ---- on a phone settings, tabs and filters are strips: the open one is in view, and the page stays where it is
function showOpen() {
  for (const link of document.querySelectorAll(":is(.side-nav, .tabs, .list-head .pills) [aria-current]")) {
    const strip = link.closest(".side-nav, .tabs, .pills");
    const [around, own] = [strip, link].map((element) => element.getBoundingClientRect());
    strip.scrollLeft += own.left + own.width / 2 - around.left - around.width / 2;
  }
}
showOpen();
document.addEventListener("htmx:afterSwap", (event) => event.detail.target?.id === "list" && showOpen());

// ---- dialogs
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) byId(opener.dataset.dialog)?.showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();
  else if (event.target instanceof HTMLDialogElement && isOutside(event)) event.target.close(); // on the backdrop
});

function isOutside(event) {
  const box = event.target.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  return !inside && !event.target.hasAttribute("data-keep");
}

document.addEventListener("htmx:afterSwap", (event) => {
  const box = event.detail.target?.closest?.("#modal, #sudo");
  if (box) showLoadedDialog(box);
});

function showLoadedDialog(box) {
  const dialog = box.querySelector("dialog");
  if (!dialog || dialog.open) return;
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}
document.addEventListener("close-dialog", () => byId("modal").querySelector("dialog[open]")?.close());

// ---- sudo mode: a request answered by the question for the password waits here, and is sent again once it was right
let held = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.getResponseHeader("X-Confirm-Sign-In")) held = event.detail.requestConfig;
});
document.addEventListener("sign-in-confirmed", () => {
  const { elt, triggeringEvent } = held ?? {};
  held = null;
  byId("sudo").querySelector("dialog")?.close();
  if (elt instanceof HTMLFormElement) elt.requestSubmit(triggeringEvent?.submitter);
  else if (elt) htmx.trigger(elt, triggeringEvent?.type ?? "click");
});

// ---- menus: a popover stands at its button (anchor positioning is not everywhere yet)
let opener = null;
document.addEventListener("click", (event) => (opener = event.target.closest("[popovertarget]")), true);
document.addEventListener("toggle", (event) => {
  const box = event.target;
  if (!box.matches?.(".pop[popover]")) return;
  const button = opener ?? document.querySelector(`[popovertarget="${box.id}"]`);
  button?.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState === "open" && button) placeAt(box, button);
}, true);

function placeAt(box, button, gap = 6) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const beside = at.left < 60 && !isPhone.matches; // in the rail
  const below = at.bottom + gap + height <= innerHeight;
  const left = beside ? at.right + gap : Math.min(at.left, innerWidth - width - 8);
  const top = beside ? Math.min(at.top, innerHeight - height - 8) : below ? at.bottom + gap : at.top - gap - height;
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${Math.max(8, top)}px`;
}

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.(".pop[popover]");
  if (!box || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const items = [...box.querySelectorAll(".pop-item")];
  const next = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  items[(next + items.length) % items.length]?.focus();
  event.preventDefault();
});

// ---- the command palette: Ctrl+K or Cmd+K; its code and its commands load with the first use
document.addEventListener("keydown", (event) => {
  const { palette, paletteScript } = document.body.dataset;
  const isAsked = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && keyOf(event).toLowerCase() === "k";
  if (!palette || !isAsked || event.defaultPrevented || event.isComposing || event.target.isContentEditable) return;
  event.preventDefault();
  import(paletteScript).then((module) => module.open(palette));
});

// ---- theme: at once here, for good on the server (its button posts)
document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (!choice) return;
  root.dataset.theme = choice.dataset.themeChoice;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button === choice));
  }
  document.dispatchEvent(new CustomEvent("theme-changed"));
});

// ---- news: elements refresh themselves with hx-trigger="live-mail from:body" and the like
const KINDS = ["mail", "import", "mailbox", "outbox", "notice", "lead", "task", "arrived", "hits"];
const POLL_MS = 30_000;
const waitingKinds = new Set();
let timer = 0;

function tell(kind) {
  waitingKinds.add(kind); // an import tells of every batch: one refresh for all that come together
  if (timer) return;
  timer = setTimeout(() => {
    timer = 0;
    for (const each of waitingKinds) htmx.trigger(document.body, `live-${each}`);
    waitingKinds.clear();
  }, 400);
}

let polling = 0;
const poll = () => document.visibilityState === "visible" && KINDS.forEach(tell);
function startPolling() {
  polling ||= setInterval(poll, POLL_MS);
}
function stopPolling() {
  clearInterval(polling);
  polling = 0;
}

function listen(url) {
  const source = new EventSource(url, { withCredentials: true });
  source.addEventListener("open", stopPolling);
  source.addEventListener("error", startPolling); // the browser itself keeps trying to reconnect
  for (const kind of KINDS) source.addEventListener(kind, () => tell(kind));
}
const { events } = document.body.dataset;
if (events) listen(events);
