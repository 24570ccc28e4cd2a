// The command palette: every screen, mailbox and action, found by typing; cards are asked for.
const PAUSE_MS = 120; // of typing
let dialog = null;
let timer;
let asking = new AbortController();

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const options = () => [...dialog.querySelectorAll("[role=option]:not([hidden])")];
const chosen = () => dialog.querySelector("[aria-selected=true]");

export async function open(url) {
  if (document.querySelector("dialog[open]:not(#palette)")) return; // what is asked there comes first
  if (dialog?.open) return dialog.close();
  if (!dialog) {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    if (!answer.ok || dialog) return;
    document.getElementById("modal").insertAdjacentHTML("afterend", await answer.text());
    dialog = document.getElementById("palette");
    listen();
  }
  dialog.querySelector("input").value = "";
  follow();
  dialog.showModal();
}

function listen() {
  const input = dialog.querySelector("input");
  input.addEventListener("input", follow);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) move(step);
    else if (event.key === "Enter") chosen()?.click();
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => event.target.closest("[role=option]") && dialog.close());
}

function follow() {
  clearTimeout(timer);
  asking.abort();
  const typed = dialog.querySelector("input").value.trim();
  narrow();
  if (!typed) show("");
  else timer = setTimeout(() => find(typed), PAUSE_MS);
}

// What was found for the words before stays until the answer is here: the list does not jump at every key.
async function find(typed) {
  asking = new AbortController();
  const { signal } = asking;
  try {
    const answer = await fetch(`${dialog.dataset.found}?q=${encodeURIComponent(typed)}`, { signal });
    if (answer.ok && !answer.redirected) show(await answer.text());
  } catch (error) {
    if (error.name !== "AbortError" && error.name !== "TypeError") throw error; // typed on, or offline
  }
}

function show(html) {
  const place = dialog.querySelector(".palette-found");
  const before = chosen()?.id;
  place.innerHTML = html;
  const isKept = before && before !== "found-letters" && dialog.querySelector(`#${before}:not([hidden])`);
  if (!isKept || place.contains(isKept)) choose(options()[0]);
  tellNone();
}

function narrow() {
  const words = fold(dialog.querySelector("input").value).split(/\s+/);
  for (const option of dialog.querySelectorAll("[role=option]")) {
    if (option.closest(".palette-found")) continue; // the server chose them
    const text = fold(option.textContent);
    option.hidden = !words.every((word) => text.includes(word));
  }
  choose(options()[0]);
  tellNone();
}

function tellNone() {
  dialog.querySelector(".palette-none").hidden = options().some((option) => option.id !== "found-letters");
}

function move(step) {
  const found = options();
  if (found.length) choose(found[(found.indexOf(chosen()) + step + found.length) % found.length]);
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  dialog.querySelector("input").setAttribute("aria-activedescendant", option?.id ?? "");
}
