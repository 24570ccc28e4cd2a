// A card: a field that is open begins with its input, Escape closes it, and focus comes back to where it was opened.
import "./card_picker.js";

const boxOf = (element) => element.closest("[id^='field-'], [id^='note-']");
let left = ""; // the id of what was closed

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-card-field]");
  if (event.key !== "Escape" || !form || event.isComposing || event.defaultPrevented) return;
  event.preventDefault();
  form.querySelector("[data-cancel]").click();
});

// A note is added as a letter is sent, and not lost by a click beside it.
document.addEventListener("keydown", (event) => {
  const isAsked = (event.ctrlKey || event.metaKey) && event.key === "Enter" && !event.isComposing;
  if (!isAsked || !event.target.matches("main form:has([name=text]) textarea")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
addEventListener("beforeunload", (event) => {
  const note = document.getElementById("note-text");
  if (note?.value.trim() && note.value !== note.defaultValue) event.preventDefault();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (elt.closest("[data-card-field]")) left = boxOf(elt)?.id ?? "";
  if (elt.id !== "timeline") return;
  // What somebody writes or has loaded is not swept away by news; what they did themselves shows at once.
  const isNews = requestConfig.triggeringEvent?.type.startsWith("live-");
  const isOpen = elt.querySelector("[data-card-field]");
  const isLong = isNews && elt.dataset.long;
  if (isOpen || isLong) event.preventDefault();
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && detail.elt.matches("[data-more]")) {
    const timeline = document.getElementById("timeline");
    if (timeline) timeline.dataset.long = "1";
  }
});

document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  const form = elt.matches?.("[data-card-field]") ? elt : elt.querySelector?.("[data-card-field]");
  const inputs = "input:not([type=hidden]), select, textarea";
  if (form) (form.querySelector("[aria-invalid=true]") ?? form.querySelector(inputs))?.focus();
  else if (left && elt.id === left) elt.querySelector(".fact-edit, [popovertarget]")?.focus();
  else if (elt.id === "card-tags") elt.querySelector("input").focus();
  else return;
  left = "";
});
