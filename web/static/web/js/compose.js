// Writing a letter: the dialog around the editor. Recipients, files, saving and menus have modules of their own.
import { copyHere, forgetCopy, forgetHere, hold, keepCopy, newKept, rememberOpen } from "./compose_copies.js";
import { Each } from "./compose_each.js";
import { Files } from "./compose_files.js";
import { Recipients } from "./compose_lines.js";
import { Links } from "./compose_links.js";
import { Menus } from "./compose_menus.js";
import { choice, refusal } from "./compose_notices.js";
import { Saver, isSameLetter } from "./compose_saving.js";
import { openEditor } from "./editor.js";
import { LetterActs } from "./letter_acts.js";
import { htmlAsText, textAsHtml } from "./letter_html.js";
import { confirmed, request, toast } from "./request.js";

const $ = (selector, from = document) => from.querySelector(selector);
const LANGUAGE = document.documentElement.lang;
// The product's English writes dates as most of the world does.
const WHEN = new Intl.DateTimeFormat(LANGUAGE === "en" ? "en-GB" : LANGUAGE, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const FILE_WORDS = /\b(attach(ed|ing|ments?)?|enclosed)\b|прилож[еиу]|прилага|прикреп|во вложении|вложени[еяи]|\badjunt[oaáeé]|\banex[oa]s?\b/i;

let opening = null; // one at a time: two would take each other's place

export function open(url) {
  opening ??= load(url).finally(() => (opening = null));
  return opening;
}

async function load(url) {
  if ($("#compose")) return;
  const { pathname, search } = new URL(url, location);
  const copy = copyOf(search);
  await htmx.ajax("GET", pathname + search, { target: "#modal", swap: "innerHTML" });
  if ($("#compose")) return new Compose($("#compose"), search, copy).start();
  if (!copy?.isDirty) return forgetHere();
  // The draft was sent or deleted elsewhere, but here something was typed that nobody has.
  const anew = copy.fields.to_each ? "?each=1" : "";
  await htmx.ajax("GET", pathname + anew, { target: "#modal", swap: "innerHTML" });
  if ($("#compose")) new Compose($("#compose"), anew, { ...copy, state: null }).start();
}

function copyOf(query) {
  const copy = copyHere();
  return copy?.query === query ? copy : null;
}

class Compose {
  #dialog;
  #words;
  #query;
  #copy;
  #start; // what the server opened with
  #rest; // fields that nothing in the dialog shows: ids and the quote
  #editor = null;
  #body = ""; // as it was filled in
  #recipients;
  #files;
  #links;
  #acts;
  #saver;
  #signature = ""; // what will stand below the letter
  #isLeaving = false;
  #kept; // the name of its copy in this browser
  #letGo;

  constructor(dialog, query, copy) {
    this.#dialog = dialog;
    this.#words = dialog.dataset;
    this.#query = query;
    this.#copy = copy;
    this.#start = JSON.parse($("#compose-state", dialog).textContent);
    this.#signature = this.#start.signature;
    this.#kept = copy?.kept ?? newKept();
    this.#letGo = hold(this.#kept);
  }

  async start() {
    const { fields, member, copies } = this.#start;
    const copy = this.#copy;
    this.#recipients = new (fields.to_each ? Each : Recipients)(this.#dialog, () => this.#changed());
    this.#files = new Files(this.#dialog, { onChange: () => this.#changed(), insertPicture: (facts, event) => this.#placePicture(facts, event) });
    this.#links = new Links(this.#dialog, () => this.#changed());
    this.#acts = new LetterActs($("[data-acts]", this.#dialog), { onChange: () => this.#changed(), remove: this.#words.remove });
    const isOnlyHere = Boolean(copy?.isDirty) && !isSameLetter(copy.fields, fields);
    const { id, version, urls } = isOnlyHere ? (copy.state ?? {}) : this.#start;
    this.#saver = new Saver({
      state: { id, version, urls },
      createUrl: this.#words.urlCreate,
      member,
      gather: () => this.#gather(),
      keep: (isSaved) => this.#keep(isSaved),
      show: (status, facts) => this.#showStatus(status, facts),
    });
    rememberOpen(this.#query);
    this.#listen();
    new Menus(this.#dialog, { letter: () => this.#gather(), insertField: (name) => this.#editor?.insertField(name), insertPlace: (place) => this.#editor?.insertPlace(place), fill: (facts, before) => this.#useTemplate(facts, before) });
    const shown = isOnlyHere ? copy.fields : fields;
    this.#fill(shown);
    if (copy?.typing) this.#recipients.typing = copy.typing;
    this.#focus(shown);
    await this.#openEditor(shown);
    if (copies?.length && !copy) await this.#files.copy(copies);
    if (isOnlyHere) this.#takeUp();
    else if (copy?.isDirty) this.#keep(true); // the server has it by now
  }

  async #openEditor({ format, body }) {
    this.#editor = await openEditor(this.#dialog, {
      format,
      body,
      onChange: () => this.#changed(),
      labelOf: (name) => this.#start.labels[name] ?? name,
      pictureUrl: (cid) => this.#files.pictureUrl(cid),
    });
  }

  #takeUp() {
    this.#showStatus("restored");
    this.#saver.changed();
  }

  #focus({ to, to_each }) {
    const first = to.length || to_each ? $("[data-body]", this.#dialog) : $('[name="to_typing"]', this.#dialog);
    first.focus();
  }

  // ---- the letter, in and out
  #fill(fields) {
    const { to_each, quote_text, quote_html, reply_to_message, forward_message, template, contact, lead } = fields;
    this.#rest = { to_each, quote_text, quote_html, reply_to_message, forward_message, template, contact, lead };
    this.#body = fields.body;
    const from = $('[name="sender"]', this.#dialog);
    if ([...from.options].some((option) => option.value === fields.sender)) from.value = fields.sender;
    this.#recipients.values = fields;
    $('[name="subject"]', this.#dialog).value = fields.subject;
    this.#files.values = fields.attachments;
    this.#links.value = fields.attachment_url;
    this.#acts.value = fields;
    this.#showUsual();
    $("[data-quote]", this.#dialog).hidden = !quote_text && !quote_html;
    $("[data-quote] blockquote", this.#dialog).textContent = quote_text || htmlAsText(quote_html);
    $("[data-toggle-signature]", this.#dialog).setAttribute("aria-pressed", String(fields.with_signature));
    this.#showTime(fields.send_at);
    this.#showSignature();
  }

  #gather() {
    return {
      ...this.#rest,
      ...this.#recipients.values,
      sender: $('[name="sender"]', this.#dialog).value,
      subject: $('[name="subject"]', this.#dialog).value,
      format: this.#editor?.format ?? this.#start.fields.format,
      body: this.#editor ? this.#editor.body : this.#typedEarly(),
      with_signature: $("[data-toggle-signature]", this.#dialog).getAttribute("aria-pressed") === "true",
      send_at: $("[data-send-at]", this.#dialog).dataset.sendAt,
      attachment_url: this.#links.value,
      ...this.#acts.value,
      attachments: this.#files.values,
    };
  }

  // Into the plain field, before the editor was there.
  #typedEarly() {
    const { value } = $("[data-body]", this.#dialog);
    return value && value !== this.#body ? textAsHtml(value) : this.#body;
  }

  #keep(isSaved) {
    if (this.#saver.id && !this.#query.startsWith("?draft=")) {
      this.#query = `?draft=${this.#saver.id}`;
      rememberOpen(this.#query);
    }
    const { id, version, urls } = this.#saver;
    keepCopy({ kept: this.#kept, query: this.#query, isDirty: !isSaved, state: { id, version, urls }, fields: this.#gather(), typing: this.#recipients.typing });
  }

  #changed() {
    this.#saver.changed();
  }

  // ---- what is said about saving
  #showStatus(status, facts = {}) {
    const line = $(".compose-saved", this.#dialog);
    line.dataset.state = status;
    $("span", line).textContent = this.#words[status] ?? this.#words.kept;
    const notice = $("#compose-notice", this.#dialog);
    const again = () => this.#editor?.focus();
    if (status === "conflict" && isSameLetter(facts.current.fields, this.#gather())) return this.#saver.adopt(facts.current);
    if (status === "conflict") return notice.replaceChildren(choice(facts.message, again, [
      [this.#words.keepMine, () => this.#saver.overwrite(facts.current)],
      [this.#words.takeTheirs, () => this.#takeTheirs(facts.current)],
    ]));
    if (status === "gone") return notice.replaceChildren(choice(facts.message, again, [[this.#words.asNew, () => this.#saver.overwrite({ id: null })]]));
    if (status === "refused") return this.#showError(facts);
    if (status === "saved") {
      notice.replaceChildren();
      this.#showError({});
    }
  }

  async #takeTheirs(current) {
    this.#saver.adopt(current);
    this.#fill(current.fields);
    await this.#editor.show(current.fields);
    this.#keep(true);
  }

  #showError({ message = "", field = "" }) {
    const banners = message ? [refusal(message, field)] : [];
    $("#compose-errors", this.#dialog).replaceChildren(...banners);
    banners[0]?.scrollIntoView({ block: "nearest" });
  }

  // ---- leaving
  async #leave() {
    if (!(await this.#hasAllFiles())) return;
    if (this.#saver.isDirty && !(await this.#saver.flush()) && !this.#isLeaving) {
      this.#isLeaving = true; // the second time it closes all the same: the copy stays in this browser
      return toast(this.#words.notSaved, { tone: "bad" });
    }
    const hasDraft = Boolean(this.#saver.id);
    if (!this.#saver.isDirty) forgetCopy(this.#kept);
    this.#dialog.close();
    if (hasDraft && this.#query.startsWith("?draft=")) toast(this.#words.inDrafts);
  }

  #hasAllFiles() {
    const { notThere: title, notThereText: text, closeYes: yes, goBack: no } = this.#words;
    return !this.#files.isBusy || confirmed({ title, text, yes, no });
  }

  async #discard() {
    const { discard: title, discardText: text, discardYes: yes, goBack: no } = this.#words;
    const isTyped = this.#saver.isDirty || this.#saver.id;
    if (isTyped && !(await confirmed({ title, text, yes, no }))) return;
    this.#saver.stop();
    if (this.#saver.id) await request(this.#saver.urls.delete, { headers: { "X-Member": this.#start.member } });
    forgetCopy(this.#kept);
    this.#dialog.close();
  }

  // ---- sending
  async #send() {
    const button = $('[type="submit"]', this.#dialog);
    if (button.getAttribute("aria-busy") === "true") return;
    this.#recipients.commitAll();
    if (this.#files.isBusy) return toast(this.#words.uploading, { tone: "bad" });
    const letter = this.#gather();
    if (new Blob([letter.body]).size > Number(this.#words.mostBody)) return this.#showError({ message: this.#words.bodyTooLarge, field: "body" });
    if (!this.#recipients.isAnyWrong && !(await this.#isMeant(letter))) return; // the server says what is wrong
    button.setAttribute("aria-busy", "true");
    if (await this.#saver.flush()) await this.#queue();
    else if ($(".compose-saved", this.#dialog).dataset.state === "kept") toast(this.#words.notSent, { tone: "bad" });
    button.removeAttribute("aria-busy");
  }

  async #queue() {
    const { status, data } = await request(this.#saver.urls.send, { headers: this.#saver.headers });
    if (status === 200) {
      this.#saver.stop();
      forgetCopy(this.#kept);
      return this.#dialog.close();
    }
    if (status === 412) return this.#showStatus("conflict", data);
    if (status === 404 && data.message) return this.#showStatus("gone", data);
    if (status !== 401) this.#showError({ message: data.message ?? this.#words.notSent, field: data.field });
  }

  // Questions that are asked before a letter goes that may not be what was meant.
  async #isMeant({ subject, format, body, attachments, attachment_url }) {
    const { noSubject, noSubjectText, noFile, noFileText, sendAnyway: yes, goBack: no } = this.#words;
    if (!subject.trim() && !(await confirmed({ title: noSubject, text: noSubjectText, yes, no }))) return false;
    const said = `${subject}\n${format === "text" ? body : htmlAsText(body)}`;
    if (attachment_url || attachments.some((file) => !file.content_id) || !FILE_WORDS.test(said)) return true;
    return confirmed({ title: noFile, text: noFileText, yes, no });
  }

  #showTime(time) {
    const box = $("[data-send-at]", this.#dialog);
    box.dataset.sendAt = time;
    box.hidden = !time;
    $("span", box).textContent = time && WHEN.format(new Date(time));
    $("[data-send-words]", this.#dialog).textContent = time ? this.#words.schedule : this.#words.send;
  }

  // ---- signature, quote, templates, pictures
  #showSignature() {
    const box = $("[data-signed]", this.#dialog);
    const isOn = $("[data-toggle-signature]", this.#dialog).getAttribute("aria-pressed") === "true";
    box.hidden = !isOn || !this.#signature;
    $("p", box).textContent = this.#signature;
  }

  #showUsual() {
    this.#acts.usual = this.#start.usual[$('[name="sender"]', this.#dialog).value.split(":")[0]];
  }

  async #fetchSignature() {
    const mailbox = $('[name="sender"]', this.#dialog).value.split(":")[0];
    const { data } = await request(`${this.#words.urlSignature}?mailbox=${mailbox}`, { method: "GET" });
    this.#signature = data.text ?? "";
    this.#showSignature();
  }

  async #useTemplate(facts, before) {
    const { replace: title, replaceText: text, replaceYes: yes, goBack: no } = this.#words;
    const now = this.#gather();
    const isTyped = now.subject.trim() && !now.reply_to_message || htmlAsText(now.body).trim();
    if (isTyped && !(await confirmed({ title, text, yes, no }))) return;
    const kept = now.reply_to_message ? { subject: now.subject } : {};
    const to = facts.to.length ? facts.to : now.to;
    const attachments = [...now.attachments.filter(({ upload }) => !before.uploads.includes(upload)), ...facts.attachments];
    const links = now.attachment_url.split("\n").filter((link) => !before.links.includes(link));
    const attachment_url = [...links, facts.attachment_url].join("\n");
    this.#fill({ ...now, ...facts, ...kept, to, attachments, attachment_url, sender: facts.sender || now.sender });
    await this.#editor.show(facts);
    this.#changed();
  }

  async #placePicture(facts, event) {
    await this.#editor.insertPicture(facts, event ? this.#editor.positionAt(event) : undefined);
  }

  // ---- clicks and keys
  #listen() {
    const dialog = this.#dialog;
    dialog.addEventListener("click", (event) => this.#onClick(event));
    dialog.addEventListener("keydown", (event) => this.#onKey(event), true);
    dialog.addEventListener("input", (event) => event.target.matches('[name="subject"], [name$="_typing"], [name="body"]') && this.#changed());
    $('[name="sender"]', dialog).addEventListener("change", () => {
      this.#fetchSignature();
      this.#showUsual();
      this.#changed();
    });
    $("form", dialog).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    dialog.addEventListener("cancel", (event) => {
      if (event.target !== dialog) return;
      event.preventDefault();
      this.#leave();
    });
    dialog.addEventListener("close", (event) => event.target === dialog && this.#end());
  }

  #end() {
    this.#saver.stop();
    this.#files.close();
    this.#letGo();
    this.#editor?.destroy();
  }

  #onClick(event) {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-leave-letter]")) this.#leave();
    else if (at("[data-discard-letter]")) this.#discard();
    else if (at("[data-full]")) at("[data-full]").setAttribute("aria-pressed", String(this.#dialog.classList.toggle("is-full")));
    else if (at("[data-when]")) this.#setTime(at("[data-when]").dataset.when);
    else if (at("[data-when-set]")) this.#setOwnTime($("[data-when-own]", this.#dialog));
    else if (at("[data-toggle-signature]")) {
      const button = at("[data-toggle-signature]");
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      this.#showSignature();
      this.#changed();
    } else if (at("[data-toggle-acts]")) {
      const button = at("[data-toggle-acts]");
      button.setAttribute("aria-expanded", String($("#compose-acts", this.#dialog).toggleAttribute("hidden") === false));
    } else if (at("[data-unquote]")) {
      Object.assign(this.#rest, { quote_text: "", quote_html: "" });
      $("[data-quote]", this.#dialog).hidden = true;
      this.#changed();
    }
  }

  #setTime(time) {
    $("#compose-when").hidePopover();
    this.#showTime(time);
    this.#changed();
  }

  #setOwnTime(input) {
    if (input.reportValidity()) this.#setTime(input.value);
  }

  #onKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      this.#send();
    } else if (event.target.matches("#c-subject")) this.#onSubjectKey(event);
  }

  // From the subject to the text: the buttons between them are reached backwards from there.
  #onSubjectKey(event) {
    const isNext = event.key === "Tab" && !event.shiftKey && this.#editor;
    if (event.key !== "Enter" && !isNext) return;
    event.preventDefault();
    if (isNext) this.#editor.focus();
  }
}
