// Files of a letter, and pictures in its text: chosen, dropped or pasted; sent one by one, with progress and cancel.
import { request, toast, token as csrfToken } from "./request.js";

const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

export class Files {
  #dialog;
  #onChange;
  #insertPicture; // (facts, position): undefined when the text takes no pictures
  #pictures = new Map(); // Content-ID: facts of those in the text
  #running = new Set();
  #isClosed = false;

  constructor(dialog, { onChange, insertPicture }) {
    this.#dialog = dialog;
    this.#onChange = onChange;
    this.#insertPicture = insertPicture;
    dialog.addEventListener("click", (event) => this.#onClick(event));
    dialog.addEventListener("change", (event) => this.#onChosen(event));
    dialog.addEventListener("dragover", (event) => this.#onDragOver(event));
    dialog.addEventListener("dragleave", (event) => event.relatedTarget || this.#drop.classList.remove("is-over"));
    dialog.addEventListener("drop", (event) => this.#onDrop(event), true);
    dialog.addEventListener("paste", (event) => this.#onPaste(event), true);
  }

  get isBusy() {
    return this.#running.size > 0;
  }

  // The letter was closed: what is on its way has no place any more.
  close() {
    this.#isClosed = true;
    for (const token of $$(".token", this.#drop)) token.cancel?.();
  }

  get #drop() {
    return $(".drop", this.#dialog);
  }

  // What goes with the letter: `{ upload, name, size, content_id, url }` each.
  get values() {
    const files = $$(".token[data-upload]", this.#drop).map(({ dataset }) => ({ upload: Number(dataset.upload), name: dataset.name, size: Number(dataset.size), content_id: "", url: "" }));
    return [...files, ...this.#pictures.values()];
  }

  set values(files) {
    for (const token of $$(".token", this.#drop)) token.remove();
    this.#pictures.clear();
    this.add(files);
  }

  add(files) {
    for (const file of files) {
      if (file.content_id) this.#pictures.set(file.content_id, file);
      else this.#show(file).dataset.upload = file.upload;
    }
  }

  pictureUrl(cid) {
    return this.#pictures.get(cid)?.url || null;
  }

  // Files of the letter that is forwarded: the server fetches each of them. One that is gone says so and can be left out.
  async copy(files) {
    for (const file of files) if (!this.#isClosed) await this.#copyOne(file);
  }

  async #copyOne(file) {
    const token = file.content_id ? null : this.#show(file);
    token?.setAttribute("aria-busy", "true");
    this.#running.add(file);
    const { status, data } = await request(this.#dialog.dataset.urlUpload, { json: { attachment: file.attachment } });
    this.#running.delete(file);
    token?.removeAttribute("aria-busy");
    if (status !== 200) return token && this.#fail(token, data.message ?? this.#dialog.dataset.failed);
    if (token) token.dataset.upload = data.upload;
    else this.#pictures.set(file.content_id, { ...data, content_id: file.content_id });
    this.#onChange();
  }

  #fail(token, words) {
    token.classList.add("is-wrong");
    token.title = words;
    toast(words, { tone: "bad" });
  }

  // ---- sending
  async attach(files) {
    for (const file of files) if (!this.#isClosed) await this.#attachOne(file);
  }

  async #attachOne(file) {
    if (!this.#hasRoom(file)) return toast(this.#dialog.dataset.tooLarge, { tone: "bad" });
    const token = this.#show({ name: file.name, size: file.size });
    const facts = await this.#send(file, token);
    if (!facts) return token.remove();
    token.dataset.upload = facts.upload;
    $("progress", token)?.remove();
    this.#onChange();
  }

  async #placePicture(file, position) {
    const { mostPicture, pictureTooLarge } = this.#dialog.dataset;
    if (file.size > Number(mostPicture)) {
      toast(pictureTooLarge, { tone: "bad" });
      return this.#attachOne(file);
    }
    if (!this.#hasRoom(file)) return toast(this.#dialog.dataset.tooLarge, { tone: "bad" });
    const token = this.#show({ name: file.name, size: file.size });
    const facts = await this.#send(file, token, "picture");
    token.remove();
    if (!facts) return;
    const cid = `picture-${facts.upload}@letter`;
    this.#pictures.set(cid, { ...facts, content_id: cid });
    await this.#insertPicture({ src: facts.url, cid }, position);
    this.#onChange();
  }

  #hasRoom(file) {
    const used = [...$$(".token[data-size]", this.#drop).map(({ dataset }) => Number(dataset.size)), ...[...this.#pictures.values()].map(({ size }) => size)];
    return used.reduce((sum, size) => sum + size, file.size) <= Number(this.#dialog.dataset.mostFiles);
  }

  // By XMLHttpRequest: fetch does not tell how much has gone out.
  #send(file, token, kind = "file") {
    const asking = new XMLHttpRequest();
    const progress = $("progress", token);
    asking.upload.addEventListener("progress", ({ loaded, total }) => (progress.value = loaded / total));
    let isCanceled = false;
    token.cancel = () => {
      isCanceled = true;
      asking.abort();
    };
    this.#running.add(asking);
    const form = new FormData();
    form.append(kind, file);
    asking.open("POST", this.#dialog.dataset.urlUpload);
    asking.setRequestHeader("X-CSRFToken", csrfToken());
    asking.setRequestHeader("HX-Request", "true");
    return new Promise((resolve) => {
      asking.addEventListener("loadend", () => {
        this.#running.delete(asking);
        resolve(isCanceled ? null : this.#read(asking));
      });
      asking.send(form);
    });
  }

  #read(asking) {
    const isJson = asking.getResponseHeader("Content-Type")?.includes("json");
    const facts = isJson ? JSON.parse(asking.responseText) : {};
    if (asking.status === 200) return facts;
    if (asking.status === 401) document.body.dispatchEvent(new CustomEvent("signed-out", { bubbles: true }));
    toast(facts.message ?? this.#dialog.dataset.failed, { tone: "bad" });
    return null;
  }

  #show({ name, size }) {
    const token = document.createElement("span");
    token.className = "token";
    Object.assign(token.dataset, { size, name });
    const words = Object.assign(document.createElement("span"), { textContent: name });
    const note = Object.assign(document.createElement("small"), { textContent: sizeWords(size) });
    const progress = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    progress.setAttribute("aria-label", name);
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    remove.dataset.removeFile = "";
    remove.setAttribute("aria-label", `${this.#dialog.dataset.remove} ${name}`);
    token.append(words, note, progress, remove);
    this.#drop.append(token);
    return token;
  }

  // ---- ways in
  #onClick(event) {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-browse]")) $("[data-files]", this.#dialog).click();
    else if (at("[data-browse-picture]")) $("[data-pictures]", this.#dialog).click();
    else if (at("[data-remove-file]")) {
      const token = at(".token");
      token.cancel?.();
      token.remove();
      this.#onChange();
    }
  }

  async #onChosen({ target }) {
    if (!target.matches("[data-files], [data-pictures]")) return;
    const files = [...target.files];
    const isPicture = target.matches("[data-pictures]");
    target.value = "";
    if (!isPicture) return this.attach(files);
    for (const file of files) await this.#placePicture(file);
  }

  #onDragOver(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#drop.classList.add("is-over");
  }

  #onDrop(event) {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.#drop.classList.remove("is-over");
    this.#take([...event.dataTransfer.files], event.target.closest(".ProseMirror") ? event : null);
  }

  // Office programs put a picture of the text beside the text: then it is the text that was meant.
  #onPaste(event) {
    const { files, types } = event.clipboardData ?? {};
    if (!files?.length || (types.includes("text/html") && /\S/.test(event.clipboardData.getData("text/plain")))) return;
    event.preventDefault();
    event.stopPropagation();
    this.#take([...files], event.target.closest(".ProseMirror") ? event : null);
  }

  async #take(files, inText) {
    for (const file of files) {
      if (this.#isClosed) return;
      if (inText && PICTURE.test(file.type)) await this.#placePicture(file, inText);
      else await this.#attachOne(file);
    }
  }
}

function sizeWords(size) {
  const [amount, unit] = size < 1024 * 1024 ? [Math.ceil(size / 1024), "kilobyte"] : [size / 1024 / 1024, "megabyte"];
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(amount);
}
