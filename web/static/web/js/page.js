// The screen of a web page for clients: its editor, fields and pictures, and the preview for a chosen card.
import { openEditor } from "./editor.js";
import { startFieldPicker } from "./field_picker.js";
import { placeOf } from "./letter_acts.js";
import { toast } from "./request.js";
import { startPreview } from "./template_preview.js";

const MOST_PICTURE_BYTES = 300 * 1024; // it stands in the page itself, which is loaded by phones
const form = document.querySelector("form[data-page]");
const $ = (selector) => form.querySelector(selector);
const state = JSON.parse(document.querySelector("#page-state").textContent);

form.addEventListener("formdata", ({ formData }) => formData.set("body", editor.body));
form.addEventListener("click", ({ target }) => {
  if (target.closest("[data-browse-picture]")) $("[data-picture]").click();
  const chosen = target.closest("[data-place]");
  if (chosen) editor.insertPlace(placeOf(chosen));
});
$("[data-picture]").addEventListener("change", ({ target }) => {
  insertPicture(target.files[0]);
  target.value = "";
});
startFieldPicker(form, '[name="header"]', (name) => editor.insertField(name));
startPreview(form);
const narrow = document.querySelector("#template-preview [data-narrow]");
narrow.addEventListener("change", () => narrow.closest("dialog").classList.toggle("is-narrow", narrow.checked));
const editor = await openEditor(form, {
  format: $("[data-format-choice]").value,
  body: $("[data-body]").value,
  onChange: () => form.dispatchEvent(new Event("input")),
  labelOf: (name) => state.labels[name] ?? name,
});

function insertPicture(file) {
  if (!file) return;
  if (file.size > MOST_PICTURE_BYTES) {
    toast(form.dataset.pictureTooLarge, { tone: "bad" });
    return;
  }
  const reader = new FileReader();
  reader.addEventListener("load", () => editor.insertPicture({ src: reader.result, cid: null }));
  reader.readAsDataURL(file);
}
