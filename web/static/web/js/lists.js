// Lists of cards: rows are ticked (Shift takes a span), and what is done then is done to all that are ticked.
const $ = (selector) => document.querySelector(selector);
const boxes = () => [...document.querySelectorAll("#card-rows [name=ids]")];
const isAllPicked = () => Boolean($("#all-selected [name=all]"));

function countSelected() {
  if (isAllPicked()) for (const box of boxes()) box.checked = true;
  const count = isAllPicked() ? Number($("#all-selected [name=all]").value) : boxes().filter((box) => box.checked).length;
  $("#selected-count").textContent = count;
  $("[data-chosen-count]").textContent = count;
  $("#bulk").classList.toggle("has-all", isAllPicked());
  $("#bulk").hidden = !count;
}

function clearSelection() {
  $("#all-selected").replaceChildren();
  for (const box of boxes()) box.checked = false;
  countSelected();
}

let last = null;
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-clear]")) return clearSelection();
  const box = event.target;
  if (!box.matches?.("#card-rows [name=ids]")) return;
  const all = boxes();
  if (event.shiftKey && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const each of all.slice(from, to + 1)) each.checked = box.checked;
  }
  last = box;
  if (!box.checked) $("#all-selected").replaceChildren();
  countSelected();
});

// Another list: what was ticked in the one before is no longer seen.
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id === "card-rows") clearSelection();
  else if (target.id === "all-selected") countSelected();
});

// After a change the form is done; the server's words stand in the toast.
document.addEventListener("cards-changed", () => {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  for (const form of document.querySelectorAll(".bulk-form")) form.reset();
});
