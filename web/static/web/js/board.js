// The board of leads: moved by drag, by keys, or by menu. A card moves at once; what the server says is drawn after it.
import { request, toast } from "./request.js";

const box = document.getElementById("board");
const live = document.getElementById("live");
const words = box.dataset;
const columns = () => [...box.querySelectorAll(".board-col")];
const cardsOf = (column) => column.querySelector(".board-cards");
const columnOf = (card) => card.closest(".board-col");
const cardAt = (element) => element.closest(".board-card");
const phrase = (text, names) => text.replace(/NAME|STAGE|PLACE|COUNT/g, (name) => names[name]);
const say = (text) => (live.textContent = text);

// ---- moving
let busy = false; // a card is in the hand: the board stays as it is
let stale = false;

function place(card, column) {
  const from = columnOf(card);
  cardsOf(column).prepend(card);
  count(from, -1);
  count(column, 1);
  for (const each of [from, column]) showEmpty(each);
}
function count(column, step) {
  const shown = column.querySelector(".board-count");
  shown.textContent = Number(shown.textContent) + step;
}
function showEmpty(column) {
  column.querySelector(".board-empty")?.toggleAttribute("hidden", Boolean(column.querySelector(".board-card")));
}

async function commit(card, origin) {
  const column = columnOf(card);
  if (column === origin) return refreshIfStale();
  const { status } = await request(`${card.dataset.move}?stage=${column.dataset.stage}`);
  if (status === 204) return;
  toast(words.failed, { tone: "bad" });
  refresh();
}

// ---- drawing anew: with as many cards as are shown, where people have scrolled to
async function refresh() {
  if (busy) return (stale = true);
  stale = false;
  const shown = columns().map((each) => `shown=${each.dataset.stage}:${each.querySelectorAll(".board-card").length}`);
  const before = new Map(columns().map((each) => [each.id, cardsOf(each).scrollTop]));
  const across = box.querySelector(".board")?.scrollLeft ?? 0;
  const focused = document.activeElement?.id;
  const query = [location.search.slice(1), ...shown].filter(Boolean).join("&");
  await htmx.ajax("GET", `${location.pathname}?${query}`, { target: "#board", swap: "innerHTML" });
  for (const each of columns()) cardsOf(each).scrollTop = before.get(each.id) ?? 0;
  box.querySelector(".board")?.scrollTo({ left: across, behavior: "instant" });
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  watchColumns();
}
const refreshIfStale = () => stale && refresh();
for (const news of ["live-lead", "lead-moved"]) document.body.addEventListener(news, refresh);

// ---- by keys
let held = null; // { card, origin, next }: picked up, and where it came from

const names = (card, column) => ({
  NAME: card.dataset.name,
  STAGE: column.dataset.name,
  PLACE: columns().indexOf(column) + 1,
  COUNT: columns().length,
});
function pickUp(card) {
  held = { card, origin: columnOf(card), next: card.nextElementSibling };
  hold(card, true);
  say(phrase(words.picked, names(card, held.origin)));
}
function hold(card, isHeld) {
  busy = isHeld;
  card.classList.toggle("held", isHeld);
  card.querySelector(".board-grip").setAttribute("aria-pressed", String(isHeld));
}
function drop() {
  const { card, origin } = held;
  held = null;
  hold(card, false);
  commit(card, origin);
}
function putBack() {
  const { card, origin, next } = held;
  const isAway = columnOf(card) !== origin;
  held = null;
  if (isAway) place(card, origin);
  cardsOf(origin).insertBefore(card, next);
  hold(card, false);
  card.querySelector(".board-grip").focus();
  say(phrase(words.back, names(card, origin)));
  refreshIfStale();
}
function carry(step) {
  const { card } = held;
  const column = columns()[columns().indexOf(columnOf(card)) + step];
  if (!column) return;
  moving = true;
  place(card, column);
  card.querySelector(".board-grip").focus();
  moving = false;
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(phrase(words.over, names(card, column)));
}
let moving = false; // a card that moves loses the focus for a moment: that is no leaving

const steps = { ArrowLeft: -1, ArrowRight: 1 };
box.addEventListener("keydown", (event) => {
  if (!event.target.matches(".board-grip")) return;
  if ([" ", "Enter"].includes(event.key)) held ? drop() : pickUp(cardAt(event.target));
  else if (held && event.key === "Escape") putBack();
  else if (held && steps[event.key]) carry(steps[event.key]);
  else return;
  event.preventDefault();
});
box.addEventListener("focusout", (event) => held && !moving && event.target.matches(".board-grip") && putBackQuietly());
function putBackQuietly() {
  const elsewhere = document.activeElement;
  putBack();
  elsewhere?.focus?.();
}

// ---- by menu: one for all cards
let asked = null;
box.addEventListener("click", (event) => {
  const opener = event.target.closest(".board-menu");
  if (opener) asked = cardAt(opener);
  const choice = event.target.closest("[data-to]");
  if (!choice || !asked?.isConnected) return;
  const origin = columnOf(asked);
  document.getElementById("board-menu").hidePopover();
  place(asked, document.getElementById(`column-${choice.dataset.to}`));
  asked.querySelector(".board-menu").focus();
  commit(asked, origin);
});
box.addEventListener("toggle", (event) => {
  if (event.target.id !== "board-menu" || event.newState !== "open" || !asked) return;
  for (const item of event.target.querySelectorAll("[data-to]")) {
    item.hidden = item.dataset.to === columnOf(asked).dataset.stage;
  }
}, true);

// ---- by mouse or finger. A finger drags by the grip: elsewhere it scrolls.
const STARTS_AT = 5; // px: less is a click
const EDGE = 48; // px from the board's side: it scrolls by itself
let drag = null; // { card, ghost, column, x, y, dx, dy }

box.addEventListener("pointerdown", (event) => {
  const card = cardAt(event.target);
  const isGrip = event.target.closest(".board-grip");
  const isOther = event.target.closest("button, input") && !isGrip;
  if (!card || event.button !== 0 || isOther || held || (event.pointerType !== "mouse" && !isGrip)) return;
  const at = card.getBoundingClientRect();
  drag = { card, column: null, ghost: null, x: event.clientX, y: event.clientY, dx: event.clientX - at.left, dy: event.clientY - at.top };
  addEventListener("pointermove", follow);
  addEventListener("pointerup", release);
  addEventListener("pointercancel", letGo);
  addEventListener("keydown", escape, true);
});
box.addEventListener("dragstart", (event) => event.preventDefault());

function follow(event) {
  if (!drag.ghost && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < STARTS_AT) return;
  event.preventDefault();
  drag.ghost ??= lift(drag.card);
  drag.ghost.style.transform = `translate(${event.clientX - drag.dx}px, ${event.clientY - drag.dy}px) rotate(1.5deg)`;
  const over = document.elementFromPoint(event.clientX, event.clientY)?.closest(".board-col");
  if (over !== drag.column) mark(over);
  const board = box.querySelector(".board");
  const { left, right } = board.getBoundingClientRect();
  if (event.clientX > right - EDGE) board.scrollBy({ left: 16, behavior: "instant" });
  else if (event.clientX < left + EDGE) board.scrollBy({ left: -16, behavior: "instant" });
}
function lift(card) {
  busy = true;
  const ghost = card.cloneNode(true);
  ghost.removeAttribute("id");
  ghost.setAttribute("aria-hidden", "true");
  ghost.classList.add("board-ghost");
  ghost.style.width = `${card.offsetWidth}px`;
  document.body.append(ghost);
  card.classList.add("dragged");
  box.classList.add("dragging");
  return ghost;
}
function mark(column) {
  drag.column?.classList.remove("over");
  column?.classList.add("over");
  drag.column = column;
}
function release() {
  const { card, column, ghost } = drag;
  letGo();
  if (!ghost) return;
  addEventListener("click", swallow, { capture: true, once: true }); // the mouse went up on something: that is no click
  setTimeout(() => removeEventListener("click", swallow, true), 0);
  const origin = columnOf(card);
  if (column && column !== origin) place(card, column);
  commit(card, origin);
}
function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}
function escape(event) {
  if (event.key !== "Escape") return;
  letGo();
  refreshIfStale();
}
function letGo() {
  if (drag.ghost) busy = false;
  mark(null);
  drag.ghost?.remove();
  drag.card.classList.remove("dragged");
  box.classList.remove("dragging");
  removeEventListener("pointermove", follow);
  removeEventListener("pointerup", release);
  removeEventListener("pointercancel", letGo);
  removeEventListener("keydown", escape, true);
  drag = null;
}

// ---- on a phone: one stage at a time, by swipe or by the names above
let watcher = null;
function watchColumns() {
  watcher?.disconnect();
  const board = box.querySelector(".board");
  if (!board) return;
  watcher = new IntersectionObserver(showTab, { root: board, threshold: 0.6 });
  for (const each of columns()) watcher.observe(each);
}
function showTab(entries) {
  const seen = entries.find((entry) => entry.isIntersecting);
  if (!seen) return;
  for (const tab of box.querySelectorAll(".board-tabs .pill")) {
    if (tab.hash === `#${seen.target.id}`) {
      tab.setAttribute("aria-current", "true");
      if (tab.offsetParent) tab.parentElement.scrollTo({ left: tab.offsetLeft - 24, behavior: "smooth" });
    } else tab.removeAttribute("aria-current");
  }
}
box.addEventListener("click", (event) => {
  const tab = event.target.closest(".board-tabs .pill");
  if (!tab) return;
  event.preventDefault();
  const board = box.querySelector(".board");
  const column = document.querySelector(tab.hash);
  board.scrollTo({ left: column.offsetLeft - board.offsetLeft, behavior: "smooth" });
});
document.addEventListener("htmx:afterSwap", (event) => event.detail.target === box && watchColumns());
watchColumns();
