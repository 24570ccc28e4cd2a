// A form with data-unsaved: once something in it was changed it says so, and leaving the page asks first.
const form = document.querySelector("form[data-unsaved]");
const note = form?.querySelector("[data-unsaved-note]");
// Refused: what was typed is not saved.
let isChanged = Boolean(form?.matches('[data-unsaved="changed"], :has([aria-invalid="true"])'));

const show = () => {
  if (note) note.hidden = !isChanged;
};

form?.addEventListener("input", () => {
  isChanged = true;
  show();
});
form?.addEventListener("submit", () => {
  isChanged = false;
});
addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});
show();
