// The page of a template: its editor, fields, files and pictures; the preview for a chosen card; a test to oneself.
import { Files } from "./compose_files.js";
import { openEditor } from "./editor.js";
import { startFieldPicker } from "./field_picker.js";
import { LetterActs, placeOf } from "./letter_acts.js";
import { toast } from "./request.js";
import { startPreview } from "./template_preview.js";

const $ = (selector, from = document) => from.querySelector(selector);
const WITH_FIELDS = '[name="subject"], [name="send_to"], [name="attachment_url"]';

const form = $("form[data-template]");

if (form) await startWriting();
startPreview(form);

// ---- writing
async function startWriting() {
  const state = JSON.parse($("#template-state").textContent);
  const changed = () => form.dispatchEvent(new Event("input"));
  const place = (facts, event) => editor.insertPicture(facts, event ? editor.positionAt(event) : undefined);
  const files = new Files(form, { onChange: changed, insertPicture: place });
  files.values = state.files;
  const acts = new LetterActs($("[data-acts]", form), { onChange: changed, remove: form.dataset.remove });
  acts.value = { triggers: state.triggers };
  startFieldPicker(form, WITH_FIELDS, (name) => editor.insertField(name));
  form.addEventListener("click", ({ target }) => {
    const chosen = target.closest("[data-place]");
    if (chosen) editor.insertPlace(placeOf(chosen));
  });
  form.addEventListener("formdata", ({ formData }) => {
    formData.set("body", editor.body);
    if (formData.has("triggers")) formData.set("triggers", JSON.stringify(acts.value.triggers));
    formData.set("file_list", JSON.stringify(files.values.map(({ upload, content_id }) => ({ upload, content_id }))));
  });
  form.addEventListener("submit", (event) => {
    if (!files.isBusy) return;
    event.preventDefault();
    toast(form.dataset.uploading, { tone: "bad" });
  });
  const editor = await openEditor(form, {
    format: $("[data-format-choice]", form).value,
    body: $("[data-body]", form).value,
    onChange: changed,
    labelOf: (name) => state.labels[name] ?? name,
    pictureUrl: (cid) => files.pictureUrl(cid),
  });
}
