// Menus of the compose dialog that ask the server: merge fields, templates, the preview, saving as a template.
import { placeOf } from "./letter_acts.js";
import { postInto, request, toast } from "./request.js";

const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

const FIND_MS = 150;

export class Menus {
  #dialog;
  #urls;
  #letter; // () => the letter as it is now
  #insertField;
  #insertPlace;
  #fill; // (facts of a template, what there is of the one before)
  #isInSubject = false;
  #finding = { timer: 0, number: 0 }; // templates: what was asked last counts

  constructor(dialog, { letter, insertField, insertPlace, fill }) {
    this.#dialog = dialog;
    this.#urls = dialog.dataset;
    this.#letter = letter;
    this.#insertField = insertField;
    this.#insertPlace = insertPlace;
    this.#fill = fill;
    dialog.addEventListener("toggle", (event) => event.newState === "open" && this.#load(event.target), true);
    dialog.addEventListener("input", (event) => event.target.matches("[data-find]") && this.#find(event.target));
    dialog.addEventListener("click", (event) => this.#onClick(event));
    dialog.addEventListener("keydown", (event) => this.#onKey(event));
    dialog.addEventListener("focusin", ({ target }) => {
      if (target.matches("#c-subject")) this.#isInSubject = true;
      else if (target.matches(".ProseMirror, [data-body]")) this.#isInSubject = false;
    });
    $('[name="compose-preview"]', dialog).addEventListener("load", ({ target }) => this.#showPreview(target));
  }

  async #load(popover) {
    if (!popover.matches(".picker")) return;
    const find = $("[data-find]", popover);
    find.value = "";
    find.focus();
    if (popover.id === "compose-templates") return this.#findTemplates(find);
    const { status, text } = await request(this.#urls.urlFields, { json: this.#letter() });
    if (status === 200) $("[data-found]", popover).innerHTML = text;
  }

  #find(input) {
    if (!input.closest("#compose-templates")) return filter(input, this.#urls.noneFound);
    clearTimeout(this.#finding.timer);
    this.#finding.timer = setTimeout(() => this.#findTemplates(input), FIND_MS);
  }

  async #findTemplates(input) {
    const number = ++this.#finding.number;
    const { status, text } = await request(`${this.#urls.urlTemplates}?q=${encodeURIComponent(input.value)}`, { method: "GET" });
    if (status === 200 && number === this.#finding.number) $("[data-found]", input.parentElement).innerHTML = text;
  }

  #onClick(event) {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-insert]")) this.#insert(at("[data-insert]"));
    else if (at("[data-place]")) this.#insertPlace(placeOf(at("[data-place]")));
    else if (at("[data-template-url]")) this.#use(at("[data-template-url]"));
    else if (at("[data-preview]")) this.#preview();
    else if (at("[data-person]")) this.#fillPreview(at("[data-person]").dataset.person);
    else if (at("[data-width]")) setWidth(this.#dialog, at("[data-width]"));
    else if (at("[data-save-template]")) this.#saveTemplate();
  }

  #onKey(event) {
    const { target } = event;
    if (target.id === "template-name" && event.key === "Enter") {
      event.preventDefault();
      this.#saveTemplate();
    } else if (target.matches("[data-find]") && event.key === "Enter") {
      event.preventDefault();
      $(".pop-item:not([hidden])", target.parentElement)?.click();
    }
  }

  #insert(button) {
    button.closest("[popover]").hidePopover();
    if (!this.#isInSubject) return this.#insertField(button.dataset.insert);
    const subject = $("#c-subject", this.#dialog);
    subject.setRangeText(`{{ ${button.dataset.insert} }}`, subject.selectionStart, subject.selectionEnd, "end");
    subject.focus();
    subject.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async #use(button) {
    button.closest("[popover]").hidePopover();
    const { status, data } = await request(button.dataset.templateUrl, { json: this.#letter() });
    if (data.message) toast(data.message, { tone: "bad" });
    if (status === 200) await this.#fill(data.fields, data.before);
  }

  #preview() {
    $("[data-facts]", this.#dialog).replaceChildren();
    $("#compose-shown", this.#dialog).showModal();
    setWidth(this.#dialog, $('[data-width="600"]', this.#dialog));
    this.#fillPreview();
  }

  // `person`: whose letter of those to each; the first one's.
  #fillPreview(person = "") {
    postInto($('[name="compose-preview"]', this.#dialog), this.#urls.urlPreview, { fields: JSON.stringify(this.#letter()), person });
  }

  // The document carries what stands above the letter in a <template>; what the letter itself holds was cleaned of ids.
  #showPreview(frame) {
    const page = frame.contentDocument;
    const facts = page?.querySelector("template#facts");
    if (!facts) return;
    $("[data-facts]", this.#dialog).replaceChildren(document.importNode(facts.content, true));
    frame.hidden = "refused" in facts.dataset;
    frame.style.height = `${page.documentElement.offsetHeight}px`;
  }

  async #saveTemplate() {
    const box = $("#save-template", this.#dialog);
    const error = $(".field-error", box);
    const { status, data } = await request(this.#urls.urlSaveTemplate, { json: { name: $("#template-name", box).value, letter: this.#letter() } });
    error.hidden = status === 200;
    error.textContent = data.message ?? this.#urls.failed;
    if (status === 200) box.close();
  }
}

function setWidth(dialog, chosen) {
  for (const button of $$("[data-width]", dialog)) button.setAttribute("aria-pressed", String(button === chosen));
  const frame = $('[name="compose-preview"]', dialog);
  frame.style.width = `${chosen.dataset.width}px`;
  const page = frame.contentDocument?.documentElement;
  if (page) frame.style.height = `${page.offsetHeight}px`;
}

function filter(input, noneFound) {
  const typed = input.value.trim().toLowerCase();
  const list = $("[data-found]", input.parentElement);
  const items = $$(".pop-item", list);
  for (const item of items) item.hidden = !item.textContent.toLowerCase().includes(typed);
  for (const group of $$("section", list)) group.hidden = !$(".pop-item:not([hidden])", group);
  $("[data-none]", list)?.remove();
  if (items.some((item) => !item.hidden)) return;
  const words = Object.assign(document.createElement("p"), { className: "pop-head", textContent: noneFound });
  words.dataset.none = "";
  list.append(words);
}
