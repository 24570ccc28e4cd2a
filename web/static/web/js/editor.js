// The editor of a letter's body, for compose and for templates: visual, HTML or plain text, which never destroy each
// other's content.
//
//   import { openEditor } from './editor.js'
//   const editor = await openEditor(root, { format, body, onChange, labelOf, pictureUrl });
//   editor.format, editor.body                       what is to be saved, as it goes over the wire (see letter_html.js)
//   await editor.show({ format, body })              another letter; what was kept aside is forgotten
//   await editor.switchTo("html")                    false when a loss was pointed out and not wanted
//   editor.insertField("contact.first_name")         at the caret, in each format
//   editor.insertPlace({ address: "{triggerlink:8}", words: "See the offer", isButton: true })
//                                                    a link on what is chosen, else a button or a link of these words
//   editor.insertPicture({ src, cid, alt }, position)
//   editor.focus(); editor.destroy()
//
// `root` is an element with "parts/editor.html" in it (tools, boxes, text area, preview) and "parts/editor_formats.html"
// (the choice of format). Its text area is named "body" and always holds what is shown, but for fields and pictures.
// `onChange()` comes after each change; `labelOf(field)` gives the words of a merge field; `pictureUrl(cid)` the address
// of a picture of the letter. All have defaults. The editor's code (173 KB) is loaded when it is first needed.
import { fromWire, htmlAsText, keepsAll, textAsHtml, toWire, fieldText } from "./letter_html.js";
import { htmlOf, letterExtensions, setLink, startEditor, takeCaret, wholeAddress } from "./prose.js";
import { confirmed, postInto } from "./request.js";

const SHEET_MS = 400;
const WIDEST = 600; // px: what mail programs show without scrolling
const $ = (selector, from) => from.querySelector(selector);

export async function openEditor(root, { format, body, ...options }) {
  const editor = new LetterEditor(root, options);
  await editor.show({ format, body });
  return editor;
}

class LetterEditor {
  #root;
  #box; // the element of "parts/editor.html"
  #area;
  #words;
  #onChange;
  #labelOf;
  #pictureUrl;
  #visual = null;
  #prose = null;
  #kept = {}; // by format: the body as it was left, and what it became in the other one
  #sheetTimer = 0;
  #stop = new AbortController();
  format = "visual";

  constructor(root, { onChange = () => {}, labelOf = (name) => name, pictureUrl = () => null }) {
    this.#root = root;
    this.#box = $("[data-editor]", root);
    this.#area = $("textarea[data-body]", root);
    this.#words = this.#box.dataset;
    this.#onChange = onChange;
    this.#labelOf = labelOf;
    this.#pictureUrl = pictureUrl;
    const { signal } = this.#stop;
    root.addEventListener("click", (event) => this.#onClick(event), { signal });
    root.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.#area.addEventListener("input", () => this.#onTyped(), { signal });
    $("[data-format-choice]", root).addEventListener("change", (event) => this.switchTo(event.target.value), { signal });
    const frame = $("iframe", this.#box);
    frame.addEventListener("load", () => this.#fitSheet(frame), { signal });
  }

  get isVisual() {
    return this.#visual !== null;
  }

  get body() {
    return this.#visual ? toWire(htmlOf(this.#visual)) : this.#area.value;
  }

  async show({ format, body }) {
    this.#kept = {};
    this.#note("");
    const isLayout = format === "visual" && body !== "" && (await this.#loses(body));
    await this.#put(isLayout ? "html" : format, body);
    if (isLayout) this.#note(this.#words.layoutNote);
  }

  focus() {
    if (this.#visual) takeCaret(this.#visual, false);
    else this.#area.focus();
  }

  destroy() {
    this.#stop.abort();
    clearTimeout(this.#sheetTimer);
    this.#visual?.destroy();
    this.#visual = null;
  }

  // ---- formats
  async switchTo(next) {
    const left = { format: this.format, body: this.body };
    if (next === left.format) return true;
    const kept = this.#kept[next];
    const isBack = kept?.became.format === left.format && kept.became.body === left.body;
    const body = isBack ? kept.body : convert(left, next);
    if (!isBack && (await this.#isLossRefused(left, next, body))) {
      $("[data-format-choice]", this.#root).value = left.format;
      return false;
    }
    await this.#put(next, body);
    this.#kept[left.format] = { body: left.body, became: { format: next, body: this.body } };
    this.#noteSwitch(left, next, isBack ? null : kept);
    this.#onChange();
    this.focus();
    return true;
  }

  async #isLossRefused(left, next, body) {
    if (left.format !== "html" || next !== "visual" || !left.body.trim() || !(await this.#loses(body))) return false;
    const { lossTitle, lossText, lossYes, lossNo } = this.#words;
    return !(await confirmed({ title: lossTitle, text: lossText, yes: lossYes, no: lossNo }));
  }

  async #loses(html) {
    await this.#loadProse();
    const extensions = letterExtensions(this.#prose, this.#labelOf);
    const shown = this.#prose.generateHTML(this.#prose.generateJSON(fromWire(html, this.#pictureUrl), extensions), extensions);
    return !keepsAll(html, toWire(shown));
  }

  #noteSwitch(left, next, kept) {
    if (kept?.body.trim() && kept.body !== this.body) this.#note(this.#words.keptNote, kept.body);
    else if (next === "text" && left.body && htmlAsText(left.body) !== left.body) this.#note(this.#words.textNote);
    else if (next === "visual" && left.format === "html" && left.body !== this.body) this.#note(this.#words.htmlNote);
    else this.#note("");
  }

  #note(words, body = null) {
    const note = $("[data-format-note]", this.#box);
    note.hidden = !words;
    $("span", note).textContent = words;
    const button = $("[data-bring-back]", note);
    button.hidden = body === null;
    button.onclick = async () => {
      await this.#put(this.format, body);
      this.#note("");
      this.#onChange();
    };
  }

  async #put(format, body) {
    this.format = format;
    this.#box.dataset.format = format;
    $("[data-format-choice]", this.#root).value = format;
    this.#closeBoxes();
    this.#leaveVisual();
    this.#area.value = body;
    if (format === "visual") await this.#enterVisual(body);
    $("[role=toolbar]", this.#box).hidden = !this.#visual;
    $("iframe", this.#box).hidden = format !== "html";
    if (format === "html") this.#refreshSheet();
  }

  // What is typed into the plain field before the editor is there stays: it comes as text.
  async #enterVisual(body) {
    this.#box.toggleAttribute("data-loading", Boolean(body));
    this.#area.readOnly = Boolean(body);
    await this.#loadProse();
    this.#box.removeAttribute("data-loading");
    this.#area.readOnly = false;
    if (!this.#area.isConnected || this.format !== "visual" || this.#visual) return;
    const [isHere, hasTyped] = [document.activeElement === this.#area, this.#area.value !== body];
    this.#visual = startEditor(this.#prose, this.#area, {
      root: this.#box,
      content: hasTyped ? textAsHtml(this.#area.value) : fromWire(body, this.#pictureUrl),
      placeholder: this.#words.placeholder,
      extensions: letterExtensions(this.#prose, this.#labelOf),
      onUpdate: (html) => this.#onVisual(html),
      onSelect: () => this.#followSelection(),
    });
    this.#area.value = htmlOf(this.#visual);
    if (isHere) takeCaret(this.#visual, hasTyped);
  }

  async #loadProse() {
    this.#prose ??= await import(this.#words.prose);
  }

  #leaveVisual() {
    const box = this.#visual?.options.element;
    this.#visual?.destroy();
    this.#visual = null;
    box?.replaceWith(this.#area);
  }

  // ---- what is typed
  #onVisual(html) {
    this.#area.value = html;
    this.#onChange();
  }

  #onTyped() {
    if (this.format === "html") this.#refreshSheetSoon();
    this.#onChange();
  }

  #insertText(text) {
    this.#area.setRangeText(text, this.#area.selectionStart, this.#area.selectionEnd, "end");
    this.#area.focus();
    this.#onTyped();
  }

  insertField(name) {
    if (this.#visual) this.#visual.chain().focus().insertContent([{ type: "mergeField", attrs: { field: name } }, { type: "text", text: " " }]).run();
    else this.#insertText(fieldText(name));
  }

  // A place is filled in when the letter is made: plain text has nothing but its address.
  insertPlace({ address, words, isButton = false }) {
    if (!this.#visual) return this.#insertText(this.format === "html" ? linkOf(address, words) : address);
    const chain = this.#visual.chain().focus();
    if (!this.#visual.state.selection.empty) chain.setLink({ href: address }).run();
    else if (isButton) insertButton(chain, words, address);
    else chain.insertContent({ type: "text", text: words, marks: [{ type: "link", attrs: { href: address } }] }).run();
  }

  // `position` is ProseMirror's; without it at the caret.
  async insertPicture({ src, cid, alt = "" }, position) {
    if (!this.#visual) return this.#insertText(`<img src="cid:${cid}" alt="">`);
    const node = { type: "picture", attrs: { src, cid, alt, width: await widthOf(src) } };
    const chain = this.#visual?.chain().focus();
    if (position === undefined) chain?.insertContent(node).run();
    else chain?.insertContentAt(position, node).run();
  }

  // Where something was dropped; what is pasted comes to the caret.
  positionAt(event) {
    if (event.clientX === undefined) return undefined;
    return this.#visual?.view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos;
  }

  // ---- tools
  #onClick(event) {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-command]")) this.#run(at("[data-command]"));
    else if (at("[data-open-box]")) this.#toggleBox(at("[data-open-box]").dataset.openBox);
    else if (at("[data-apply]")) this.#apply(at("[data-box]").dataset.box);
    else if (at("[data-to-html]")) this.switchTo("html");
    else if (event.target.matches(".writing")) this.focus();
  }

  #onKey(event) {
    const box = event.target.closest("[data-box]");
    if (!box || event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Enter") this.#apply(box.dataset.box);
    else {
      this.#closeBoxes();
      this.focus();
    }
  }

  #run(button) {
    button.closest("[popover]")?.hidePopover();
    const { command, value } = button.dataset;
    const chain = this.#visual?.chain().focus();
    if (!chain) return;
    if (STYLES[command]) setStyle(chain, STYLES[command], value);
    else if (command === "insertTable") chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run();
    else if (value) chain[command](value).run();
    else chain[command]().run();
  }

  #boxOf(name) {
    return $(`[data-box="${name}"]`, this.#box);
  }

  #closeBoxes() {
    for (const box of this.#box.querySelectorAll("[data-box]")) box.hidden = true;
  }

  #toggleBox(name) {
    const box = this.#boxOf(name);
    const isOpen = !box.hidden;
    this.#closeBoxes();
    if (isOpen || !this.#visual) return this.focus();
    const [first, second] = box.querySelectorAll("input");
    first.value = name === "link" ? (this.#visual.getAttributes("link").href ?? "") : selectedText(this.#visual);
    if (second) second.value = "";
    box.hidden = false;
    first.focus();
  }

  #apply(name) {
    const box = this.#boxOf(name);
    if (name === "link") return setLink(this.#visual, box);
    const [first, second] = [...box.querySelectorAll("input")].map((input) => input.value.trim());
    box.hidden = true;
    const chain = this.#visual.chain().focus();
    if (name === "field") chain.updateAttributes("mergeField", { fallback: first.replace(/["'{}]/g, "") }).run();
    else if (name === "picture") chain.updateAttributes("picture", { alt: first, width: Number(second) || null, height: null }).run();
    else if (first && second) insertButton(chain, first, wholeAddress(second));
  }

  // A field or a picture that is chosen shows what can be said about it.
  #followSelection() {
    const chosen = this.#visual?.state.selection.node;
    const name = { mergeField: "field", picture: "picture" }[chosen?.type.name];
    for (const box of ["field", "picture"]) this.#boxOf(box).hidden = box !== name;
    if (name === "field") $("input", this.#boxOf("field")).value = chosen.attrs.fallback;
    if (name !== "picture") return;
    const [alt, width] = this.#boxOf("picture").querySelectorAll("input");
    [alt.value, width.value] = [chosen.attrs.alt ?? "", chosen.attrs.width ?? ""];
  }

  // ---- the preview beside HTML
  #refreshSheetSoon() {
    clearTimeout(this.#sheetTimer);
    this.#sheetTimer = setTimeout(() => this.#refreshSheet(), SHEET_MS);
  }

  #refreshSheet() {
    const pictures = [...this.#area.value.matchAll(/cid:([\w.@%+-]+)/g)].map(([, cid]) => [cid, this.#pictureUrl(cid)]);
    const known = Object.fromEntries(pictures.filter(([, url]) => url));
    postInto($("iframe", this.#box), this.#words.sheet, { body: this.#area.value, pictures: JSON.stringify(known) });
  }

  #fitSheet(frame) {
    const page = frame.contentDocument?.documentElement;
    if (page && !frame.hidden) frame.style.height = `${Math.max(120, page.offsetHeight)}px`;
  }
}

const STYLES = { fontFamily: "fontFamily", fontSize: "fontSize", color: "color", backgroundColor: "backgroundColor" };

function setStyle(chain, name, value) {
  if (value) chain.setMark("textStyle", { [name]: value }).run();
  else chain.setMark("textStyle", { [name]: null }).removeEmptyTextStyle().run();
}

function insertButton(chain, text, href) {
  chain.insertContent([{ type: "letterButton", attrs: { href }, content: [{ type: "text", text }] }, { type: "paragraph" }]).run();
}

function linkOf(address, words) {
  const link = Object.assign(document.createElement("a"), { textContent: words });
  link.setAttribute("href", address);
  return link.outerHTML;
}

function selectedText(visual) {
  const { from, to } = visual.state.selection;
  return visual.state.doc.textBetween(from, to, " ");
}

function convert({ format, body }, next) {
  if (next === "text") return htmlAsText(body);
  return format === "text" ? textAsHtml(body) : body;
}

async function widthOf(src) {
  const picture = Object.assign(new Image(), { src });
  await picture.decode().catch(() => null);
  return picture.naturalWidth ? Math.min(picture.naturalWidth, WIDEST) : null;
}
