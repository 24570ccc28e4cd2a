// The preview of a template or page for a chosen card: a document of its own, posted into the frame.
import { close } from "./card_picker.js";
import { postInto, toast } from "./request.js";

const $ = (selector, from = document) => from.querySelector(selector);

let form; // what is typed; none where a template is only shown
let dialog;
let frame;
let card = "";

export function startPreview(typedForm) {
  form = typedForm;
  dialog = $("#template-preview");
  frame = $("iframe", dialog);
  $("[data-show-preview]").addEventListener("click", () => {
    dialog.showModal();
    refresh();
  });
  frame.addEventListener("load", showFacts);
  dialog.addEventListener("click", ({ target }) => {
    const chosen = target.closest("[data-card]");
    if (chosen) choose(chosen.dataset.card, chosen.dataset.name);
    else if (target.closest("[data-no-card]")) choose("", "");
    else if (target.closest("[data-send-test]")) sendTest();
  });
}

function choose(id, name) {
  card = id;
  const token = $("[data-chosen]", dialog);
  token.hidden = !id;
  $("span", token).textContent = name;
  const find = $("#card-find");
  find.hidden = Boolean(id);
  find.value = "";
  close(find);
  refresh();
  (id ? $("[data-no-card]", dialog) : find).focus();
}

function refresh() {
  $("[data-facts]", dialog).replaceChildren();
  const typed = form ? Object.fromEntries(new FormData(form)) : {};
  postInto(frame, dialog.dataset.url, { ...typed, card });
}

function showFacts() {
  const page = frame.contentDocument;
  const facts = page?.querySelector("template#facts");
  if (!facts) return;
  $("[data-facts]", dialog).replaceChildren(document.importNode(facts.content, true));
  frame.hidden = "refused" in facts.dataset;
  frame.style.height = `${page.documentElement.offsetHeight}px`;
}

function sendTest() {
  const note = form && $("[data-unsaved-note]", form);
  if (note && !note.hidden) return toast(form.dataset.saveFirst, { tone: "bad" });
  htmx.ajax("POST", dialog.dataset.urlTest, { values: { card }, swap: "none", source: dialog });
}
