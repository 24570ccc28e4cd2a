// The editor of a signature: visual, or its HTML where the visual one would lose something; fields; a preview.
import { textAsHtml } from "./letter_html.js";
import { postInto } from "./request.js";

const $ = (selector, from = document) => from.querySelector(selector);
const PREVIEW_MS = 500;
const KNOWN = "P,BR,STRONG,B,EM,I,U,S,DEL,STRIKE,UL,OL,LI,BLOCKQUOTE,A".split(",");
const KNOWN_ATTRIBUTES = ["href", "target", "rel"];

for (const root of document.querySelectorAll("[data-signature]")) start(root);

async function start(root) {
  const area = $("textarea", root);
  const [prose, writing] = await Promise.all([import(root.dataset.editorScript), import(root.dataset.proseScript)]);
  const linkBox = $("[data-link-box]", root);
  const sourceButton = $("[data-source]", root);
  let editor = null;
  let isText = !("html" in root.dataset); // plain, with lines; anything done here makes it HTML

  function showEditor() {
    const content = isText ? textAsHtml(area.value) : area.value;
    editor = writing.startEditor(prose, area, { root, content, placeholder: "", onUpdate: changed });
  }
  function changed(html) {
    area.value = html;
    isText = false;
    refreshSoon();
  }
  function showSource() {
    if (editor) changed(writing.htmlOf(editor));
    const box = editor?.options.element;
    editor?.destroy();
    editor = null;
    box?.replaceWith(area);
  }
  function show(isSource) {
    if (isSource) showSource();
    else showEditor();
    $(".tools", root).hidden = isSource;
    linkBox.hidden = true;
    root.classList.toggle("is-source", isSource);
    sourceButton.setAttribute("aria-pressed", String(isSource));
  }
  function toggle() {
    const toSource = editor !== null;
    const isLossy = !toSource && !isKnown(area.value);
    $("[data-source-note]", root).hidden = !isLossy;
    if (isLossy) return;
    show(toSource);
    if (toSource) area.focus();
    else takeCaret();
  }
  function takeCaret() {
    writing.takeCaret(editor, true);
  }
  function insert(name) {
    const text = `{{ ${name} }}`;
    if (editor) return editor.chain().focus().insertContent({ type: "text", text }).run();
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    refreshSoon();
  }

  // ---- the preview: a document of its own, posted into the frame
  const frame = $("iframe", root);
  let timer = 0;
  function refreshSoon() {
    clearTimeout(timer);
    if (!frame.hidden) timer = setTimeout(refresh, PREVIEW_MS);
  }
  const refresh = () => postInto(frame, root.dataset.preview, { signature: area.value });
  function togglePreview(button) {
    frame.hidden = !frame.hidden;
    button.setAttribute("aria-pressed", String(!frame.hidden));
    if (!frame.hidden) refresh();
  }
  frame.addEventListener("load", () => {
    const page = frame.contentDocument?.documentElement;
    if (page) frame.style.height = `${page.offsetHeight}px`;
  });

  root.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-command]")) writing.run(editor, at("[data-command]").dataset.command, linkBox);
    else if (at("[data-set-link]")) writing.setLink(editor, linkBox);
    else if (at("[data-source]")) toggle();
    else if (at("[data-show-preview]")) togglePreview(at("[data-show-preview]"));
    else if (at("[data-insert]")) {
      at("[popover]").hidePopover();
      insert(at("[data-insert]").dataset.insert);
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !linkBox.contains(event.target)) return;
    event.preventDefault();
    writing.setLink(editor, linkBox);
  });
  area.addEventListener("input", refreshSoon);

  $(".signature-foot", root).hidden = false;
  const [isVisual, isHere] = [isText || isKnown(area.value), document.activeElement === area];
  $("[data-source-note]", root).hidden = isVisual;
  show(!isVisual);
  if (isVisual && isHere) takeCaret(); // somebody began to type before all this was loaded
}

// Whether the visual editor keeps all that is in it.
function isKnown(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  const elements = [...body.querySelectorAll("*")];
  return elements.every((element) => KNOWN.includes(element.tagName) && [...element.attributes].every(({ name }) => KNOWN_ATTRIBUTES.includes(name)));
}
