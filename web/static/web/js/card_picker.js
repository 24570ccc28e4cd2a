// A field that finds cards while one types: arrows go through what was found, Enter takes it, Escape closes the list.
// What an option does when it is clicked is its own affair.
const FIELD = "[data-card-picker]";

const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const inputOf = (list) => document.querySelector(`${FIELD}[aria-controls="${list.id}"]`);
const options = (input) => [...listOf(input).querySelectorAll("[role=option]:not([aria-disabled])")];
const chosen = (input) => listOf(input).querySelector('[aria-selected="true"]');

function choose(input, option) {
  chosen(input)?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function move(input, step) {
  const found = options(input);
  const at = found.indexOf(chosen(input));
  const next = at < 0 && step < 0 ? found.length - 1 : (at + step + found.length) % found.length;
  if (found.length) choose(input, found[next]);
}

export function close(input) {
  listOf(input).replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.(FIELD) || event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) move(input, step);
  else if (event.key === "Enter") chosen(input)?.click();
  else if (event.key === "Escape" && listOf(input).childElementCount) close(input);
  else return;
  event.preventDefault();
});

document.addEventListener("htmx:afterSwap", ({ detail: { target: list } }) => {
  const input = list.id && inputOf(list);
  if (!input) return;
  input.setAttribute("aria-expanded", String(list.childElementCount > 0));
  input.removeAttribute("aria-activedescendant");
});

// What was taken stands in the field, so that another one is found by writing over it; where several may be taken it
// stands beside the field, which is free for the next one.
document.addEventListener("htmx:afterRequest", ({ detail: { elt: option } }) => {
  const list = option.matches("[role=option]") && option.parentElement;
  const input = list && inputOf(list);
  if (!input) return;
  input.value = input.dataset.cardPicker === "several" ? "" : option.textContent.trim();
  close(input);
  input.focus();
});

document.addEventListener("focusout", ({ target: input, relatedTarget: next }) => {
  if (input.matches?.(FIELD) && !listOf(input).contains(next)) close(input);
});
