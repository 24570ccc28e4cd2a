// The visual editor itself (Tiptap), in the place of a text area. Signatures use it as it is; letters: see editor.js.
import { fonts, letterButton, mergeField, picture } from "./prose_nodes.js";

const $ = (selector, from) => from.querySelector(selector);
const EDGE = "1px solid #c3cad6";

// `area` stays in the page, holds what is typed as HTML, and is what is sent. `editorProps` are ProseMirror's.
export function startEditor(prose, area, { root, content, placeholder, onUpdate, onSelect, extensions, editorProps }) {
  const box = document.createElement("div");
  box.className = "prose-editor";
  area.before(box);
  box.append(area);
  const label = area.getAttribute("aria-label") ?? area.labels[0]?.textContent.trim();
  return new prose.Editor({
    element: box,
    injectCSS: false, // a <style> of its own would break the content security policy; see 62-compose.css
    extensions: [...(extensions ?? plainExtensions(prose)), prose.Placeholder.configure({ placeholder })],
    content,
    editorProps: { attributes: { "aria-label": label, role: "textbox", "aria-multiline": "true" }, ...editorProps },
    onUpdate: ({ editor }) => onUpdate(htmlOf(editor)),
    onSelectionUpdate: ({ editor }) => onSelect?.(editor),
    onTransaction: ({ editor }) => showPressed(editor, root),
  });
}

export const htmlOf = (editor) => (editor.isEmpty ? "" : editor.getHTML());

// Of signatures: nothing that a short text has no use for.
export function plainExtensions(prose) {
  const plain = [prose.Document, prose.Paragraph, prose.Text, prose.HardBreak, prose.Bold, prose.Italic, prose.Underline];
  const more = [prose.Strike, prose.BulletList, prose.OrderedList, prose.ListItem, prose.Blockquote, prose.History];
  return [...plain, ...more, prose.Link.configure({ openOnClick: false, autolink: true, HTMLAttributes: { target: null, rel: null } })];
}

export function letterExtensions(prose, labelOf) {
  const cell = { style: `border: ${EDGE}; padding: 6px 10px` };
  const tables = [
    prose.Table.configure({ HTMLAttributes: { style: "border-collapse: collapse" } }),
    prose.TableRow,
    prose.TableCell.configure({ HTMLAttributes: cell }),
    prose.TableHeader.configure({ HTMLAttributes: { ...cell, align: "left" } }),
  ];
  const looks = [prose.TextStyle, prose.Color, fonts(prose), prose.TextAlign.configure({ types: ["heading", "paragraph"] })];
  const blocks = [prose.Heading.configure({ levels: [1, 2, 3] }), prose.HorizontalRule, prose.Gapcursor, prose.Dropcursor];
  const own = [mergeField(prose, labelOf), letterButton(prose), picture(prose)];
  return [...own, ...plainExtensions(prose), ...looks, ...blocks, ...tables];
}

function showPressed(editor, root) {
  for (const button of root.querySelectorAll("[data-state]")) {
    if (button.dataset.state) button.setAttribute("aria-pressed", String(editor.isActive(button.dataset.state)));
  }
}

// `linkBox` holds the address of a link while it is asked for.
export function run(editor, command, linkBox) {
  if (!editor) return;
  if (command !== "link") return editor.chain().focus()[command]().run();
  $("input", linkBox).value = editor.getAttributes("link").href ?? "";
  linkBox.hidden = !linkBox.hidden;
  if (!linkBox.hidden) $("input", linkBox).focus();
}

// Places that are filled in when a letter is made, {triggerlink:8} and {{ lead.url }}, are whole too.
export const wholeAddress = (typed) => (/^(https?:|mailto:|tel:|\{)/i.test(typed) ? typed : `https://${typed}`);

export function setLink(editor, linkBox) {
  const typed = $("input", linkBox).value.trim();
  const href = wholeAddress(typed);
  const chain = editor.chain().focus().extendMarkRange("link");
  if (!typed) chain.unsetLink().run();
  else if (editor.state.selection.empty) chain.insertContent({ type: "text", text: typed, marks: [{ type: "link", attrs: { href } }] }).run();
  else chain.setLink({ href }).run();
  linkBox.hidden = true;
}

// At once: the editor's own focus command waits for the next frame, and keys pressed meanwhile would land elsewhere.
export function takeCaret(editor, atEnd) {
  if (atEnd) editor.commands.setTextSelection(editor.state.doc.content.size);
  editor.view.focus();
}
