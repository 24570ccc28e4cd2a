// Writing a letter: recipients, the editor, files, and a copy of everything typed that survives reload and sign-out.
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const main = $("#main");
const prefix = `compose:${main.dataset.member}:`;
const LINES = ["to", "cc", "bcc"];
const SAVE_MS = 400;
const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;

let dialog = null;
let editor = null;
let writing = null; // the module writing.js, which comes with the editor

// ---- opening
export function open(url) {
  if ($("#compose")) return;
  htmx.ajax("GET", url, { target: "#modal", swap: "innerHTML" }).then(() => {
    const loaded = $("#compose");
    if (loaded) start(loaded, url);
  });
}

export function reopen(mailId) {
  const kept = sessionStorage.getItem(`${prefix}sent:${mailId}`);
  if (!kept) return;
  const { url, draft, key } = JSON.parse(kept);
  sessionStorage.setItem(prefix + key, JSON.stringify(draft));
  open(url);
}

async function start(loaded, url) {
  dialog = loaded;
  dialog.dataset.url = url;
  sessionStorage.setItem(`${prefix}open`, new URL(url, location).search || "new");
  for (const token of $$(".token[data-value]", dialog)) token.replaceWith(tokenElement(token.dataset.value));
  restore();
  dialog.addEventListener("close", onClose);
  const first = $(".token", dialog) ? null : $('[name="to_typing"]', dialog);
  (first ?? $('[name="body"]', dialog)).focus();
  await startEditor();
}

function onClose() {
  sessionStorage.removeItem(`${prefix}open`);
  editor?.destroy();
  editor = null;
}

// ---- the editor: a plain text field stays in place until it is there
async function startEditor() {
  const area = $('[name="body"]', dialog);
  const before = area.value;
  const [prose, shared] = await Promise.all([import(main.dataset.editorScript), import(main.dataset.writingScript)]);
  if (!dialog.open || !area.isConnected) return;
  const [isHere, hasTyped] = [document.activeElement === area, area.value !== before];
  writing = shared;
  const content = /^\s*</.test(area.value) ? area.value : writing.textAsHtml(area.value);
  editor = writing.startEditor(prose, area, { root: dialog, content, placeholder: dialog.dataset.placeholder, onUpdate: onTyped });
  area.value = writing.htmlOf(editor);
  $('[name="format"]', dialog).value = "html";
  $(".tools", dialog).hidden = false;
  if (isHere) takeCaret(hasTyped);
}

function onTyped(html) {
  $('[name="body"]', dialog).value = html;
  saveSoon();
}

// At once: the editor's own focus command waits for the next frame, and keys pressed meanwhile would land elsewhere.
function takeCaret(atEnd) {
  if (atEnd) editor.commands.setTextSelection(editor.state.doc.content.size);
  editor.view.focus();
}

const linkBox = () => $("#link-box", dialog);

// ---- recipients
function labelOf(value) {
  const found = /^\s*"?([^"<]*?)"?\s*<([^>]+)>\s*$/.exec(value);
  return found ? { name: found[1] || found[2], email: found[2].trim() } : { name: value, email: value };
}

function tokenElement(value) {
  const { name, email } = labelOf(value);
  const token = document.createElement("span");
  token.className = ADDRESS.test(email) ? "token" : "token is-wrong";
  token.dataset.value = value;
  token.title = email;
  const words = document.createElement("span");
  words.textContent = name;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "×";
  remove.dataset.removeToken = "";
  remove.setAttribute("aria-label", `${dialog.dataset.remove} ${name}`);
  token.append(words, remove);
  return token;
}

function commit(input) {
  for (const part of input.value.split(/[,;\n]+/)) {
    if (part.trim()) input.before(tokenElement(part.trim()));
  }
  input.value = "";
  closeSuggestions(input);
  saveSoon();
}

function suggestions(input) {
  return $(`#${input.getAttribute("aria-controls")}`);
}
function closeSuggestions(input) {
  suggestions(input).replaceChildren();
  input.setAttribute("aria-expanded", "false");
}
function pick(option) {
  const input = $("input", option.closest(".tokens"));
  input.value = "";
  input.before(tokenElement(option.dataset.pick));
  closeSuggestions(input);
  input.focus();
  saveSoon();
}

function moveSuggestion(input, step) {
  const options = $$("[role=option]", suggestions(input));
  if (!options.length) return;
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = (at + step + options.length) % options.length;
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === next)));
  options[next].scrollIntoView({ block: "nearest" });
}

function onTokenKey(event) {
  const input = event.target;
  const chosen = $('[role=option][aria-selected="true"]', suggestions(input));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    moveSuggestion(input, event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
  } else if (event.key === "Escape" && suggestions(input).childElementCount) {
    closeSuggestions(input);
    event.preventDefault();
  } else if (event.key === "Backspace" && !input.value) {
    input.previousElementSibling?.matches(".token") && input.previousElementSibling.remove();
    saveSoon();
  } else if (["Enter", ",", ";", "Tab"].includes(event.key) && (chosen || input.value.trim())) {
    if (event.key !== "Tab") event.preventDefault();
    if (chosen) pick(chosen);
    else commit(input);
  }
}

function showCopies() {
  for (const name of ["cc", "bcc"]) $(`[data-line="${name}"]`, dialog).hidden = false;
  $("[data-more-lines]", dialog).hidden = true;
}

// ---- files
async function attach(files) {
  for (const file of files) await attachOne(file);
}

async function attachOne(file) {
  const total = $$(".token[data-size]", dialog).reduce((sum, token) => sum + Number(token.dataset.size), file.size);
  if (total > Number(dialog.dataset.max)) return say(dialog.dataset.tooLarge);
  const token = fileElement({ name: file.name, size: file.size });
  token.setAttribute("aria-busy", "true");
  const form = new FormData();
  form.append("file", file);
  const answer = await fetch(dialog.dataset.uploads, { method: "POST", body: form, headers: { "X-CSRFToken": $('meta[name="csrf-token"]').content } }).catch(() => null);
  const facts = answer?.headers.get("content-type")?.includes("json") ? await answer.json() : {};
  if (!answer?.ok) {
    token.remove();
    return say(facts.message ?? dialog.dataset.failed);
  }
  token.removeAttribute("aria-busy");
  token.dataset.upload = facts.id;
  saveSoon();
}

function sizeWords(size) {
  const [amount, unit] = size < 1024 * 1024 ? [Math.ceil(size / 1024), "kilobyte"] : [size / 1024 / 1024, "megabyte"];
  const words = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 });
  return words.format(amount);
}
function fileElement({ name, size, id }) {
  const token = document.createElement("span");
  token.className = "token";
  token.dataset.size = size;
  token.dataset.name = name;
  if (id) token.dataset.upload = id;
  const words = document.createElement("span");
  words.textContent = name;
  const note = document.createElement("small");
  note.textContent = sizeWords(size);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "×";
  remove.dataset.removeToken = "";
  remove.setAttribute("aria-label", `${dialog.dataset.remove} ${name}`);
  token.append(words, note, remove);
  $(".drop", dialog).append(token);
  return token;
}

function say(text) {
  document.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { text, tone: "bad" } }));
}

// ---- the copy of what is typed
let timer = 0;
function saveSoon() {
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_MS);
}

function values(name) {
  return $$(`[data-line="${name}"] .token`, dialog).map((token) => token.dataset.value);
}

function draftOf() {
  const uploads = $$(".drop .token[data-upload]", dialog);
  return {
    mailbox: $('[name="mailbox"]', dialog).value,
    ...Object.fromEntries(LINES.map((name) => [name, values(name)])),
    typing: Object.fromEntries(LINES.map((name) => [name, $(`[name="${name}_typing"]`, dialog).value])),
    subject: $('[name="subject"]', dialog).value,
    body: $('[name="body"]', dialog).value,
    files: uploads.map(({ dataset }) => ({ id: dataset.upload, name: dataset.name, size: Number(dataset.size) })),
  };
}

function save() {
  if (!dialog?.open) return;
  sessionStorage.setItem(prefix + dialog.dataset.draft, JSON.stringify(draftOf()));
  $(".compose-saved", dialog).textContent = dialog.dataset.saved;
}

// What was typed less than SAVE_MS ago, when the page goes: a reload, another tab, a phone that puts it to sleep.
addEventListener("pagehide", save);
document.addEventListener("visibilitychange", () => document.hidden && save());

function restore() {
  const kept = sessionStorage.getItem(prefix + dialog.dataset.draft);
  if (!kept) return;
  const draft = JSON.parse(kept);
  const from = $('[name="mailbox"]', dialog);
  if ([...from.options].some((option) => option.value === draft.mailbox)) from.value = draft.mailbox;
  for (const name of LINES) {
    const input = $(`[name="${name}_typing"]`, dialog);
    for (const token of $$(".token", input.closest(".tokens"))) token.remove();
    for (const value of draft[name]) input.before(tokenElement(value));
    input.value = draft.typing[name];
  }
  if (draft.cc.length || draft.bcc.length) showCopies();
  $('[name="subject"]', dialog).value = draft.subject;
  $('[name="body"]', dialog).value = draft.body;
  for (const file of draft.files) fileElement(file);
  $(".compose-saved", dialog).textContent = dialog.dataset.restored;
}

function forget() {
  clearTimeout(timer);
  sessionStorage.removeItem(prefix + dialog.dataset.draft);
}

// ---- sending
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("#compose form")) return;
  for (const input of $$("[name$=_typing]", dialog)) commit(input);
  const { formData } = event.detail;
  for (const name of LINES) {
    formData.delete(`${name}_typing`);
    for (const value of values(name)) formData.append(name, value);
  }
  for (const { dataset } of $$(".drop .token[data-upload]", dialog)) formData.append("upload", dataset.upload);
});

document.addEventListener("letter-sent", (event) => {
  const { id, seconds } = event.detail;
  const kept = { url: dialog.dataset.url, key: dialog.dataset.draft, draft: draftOf() };
  sessionStorage.setItem(`${prefix}sent:${id}`, JSON.stringify(kept));
  setTimeout(() => sessionStorage.removeItem(`${prefix}sent:${id}`), (seconds + 5) * 1000);
  forget();
  dialog.close();
});

// ---- clicks and keys in the dialog
document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  if (!at("#compose")) return;
  if (at("[data-command]")) writing?.run(editor, at("[data-command]").dataset.command, linkBox());
  else if (at("[data-pick]")) pick(at("[data-pick]"));
  else if (at("[data-set-link]")) writing.setLink(editor, linkBox());
  else if (at("[data-more-lines]")) showCopies();
  else if (at("[data-browse]")) $("[data-files]", dialog).click();
  else if (at("[data-full]")) at("[data-full]").setAttribute("aria-pressed", String(dialog.classList.toggle("is-full")));
  else if (at("[data-remove-token]")) {
    at(".token").remove();
    saveSoon();
  } else if (at("[data-discard]")) {
    forget();
    dialog.close();
  } else if (event.target.matches(".tokens")) $("input", event.target).focus();
  else if (event.target.matches(".writing")) editor?.commands.focus("end");
});
document.addEventListener("keydown", (event) => {
  if (!dialog?.open || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    $("form", dialog).requestSubmit();
  } else if (event.target.matches("[name$=_typing]")) onTokenKey(event);
  else if (event.key === "Enter" && event.target.matches("#link-box input")) {
    event.preventDefault();
    writing.setLink(editor, linkBox());
  } else if (event.key === "Enter" && event.target.matches("#c-subject")) event.preventDefault();
}, true);
document.addEventListener("input", (event) => event.target.closest("#compose") && saveSoon());
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-files]")) return;
  attach([...event.target.files]);
  event.target.value = "";
});
document.addEventListener("focusout", (event) => {
  if (!event.target.matches?.("#compose [name$=_typing]") || event.relatedTarget?.closest?.(".suggest")) return;
  if (dialog.open && event.target.value.includes("@")) commit(event.target);
  closeSuggestions(event.target);
});
document.addEventListener("htmx:afterSwap", (event) => {
  const list = event.detail.target;
  if (list.matches?.(".suggest")) $(`[aria-controls="${list.id}"]`).setAttribute("aria-expanded", String(list.childElementCount > 0));
});

// ---- drop and paste
document.addEventListener("dragover", (event) => {
  if (!dialog?.open || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  $(".drop", dialog).classList.add("is-over");
});
document.addEventListener("dragleave", (event) => event.relatedTarget || $("#compose .drop")?.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  if (!dialog?.open || !event.dataTransfer?.files.length) return;
  event.preventDefault();
  $(".drop", dialog).classList.remove("is-over");
  attach([...event.dataTransfer.files]);
}, true);
document.addEventListener("paste", (event) => {
  if (!dialog?.open || !event.clipboardData?.files.length) return;
  event.preventDefault();
  event.stopPropagation();
  attach([...event.clipboardData.files]);
}, true);
