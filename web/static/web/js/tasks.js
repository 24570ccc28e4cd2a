// Tasks: a deadline is chosen with one click; on the page of all of them there are single keys for those who want them.
import { keyOf } from "./keys.js";

document.addEventListener("click", ({ target }) => {
  const choice = target.closest("[data-due]");
  if (choice) choice.closest("form").elements.due_at.value = choice.dataset.due;
});

const rows = () => [...document.querySelectorAll("#tasks [data-task]")];
const current = () => document.activeElement?.closest("[data-task]");

function step(by) {
  const all = rows();
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(current()) + by))];
  next?.querySelector("[data-open]").focus();
}
// Its row goes away with the next drawing, so the keys go on at a neighbour, which htmx finds again by its id.
function finish() {
  const done = current()?.querySelector("[data-done]");
  if (!done) return;
  step(current() === rows().at(-1) ? -1 : 1);
  done.click();
}
const KEYS = { j: () => step(1), k: () => step(-1), d: finish };

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, dialog, [contenteditable]");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !document.querySelector("#tasks[data-keys]")) return;
  const act = KEYS[keyOf(event)];
  if (!act) return;
  event.preventDefault();
  act();
});
