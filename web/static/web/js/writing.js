// A visual editor in the place of a text area, for letters and signatures: extensions, buttons, links, merge fields.
const $ = (selector, from) => from.querySelector(selector);

// `area` stays in the page, holds what is typed as HTML, and is what is sent.
export function startEditor(prose, area, { root, content, placeholder, onUpdate }) {
  const box = document.createElement("div");
  box.className = "prose-editor";
  area.before(box);
  box.append(area);
  const label = area.getAttribute("aria-label") ?? area.labels[0]?.textContent.trim();
  return new prose.Editor({
    element: box,
    injectCSS: false, // a <style> of its own would break the content security policy; see 62-compose.css
    extensions: extensions(prose, placeholder),
    content,
    editorProps: { attributes: { "aria-label": label, role: "textbox", "aria-multiline": "true" } },
    onUpdate: ({ editor }) => onUpdate(htmlOf(editor)),
    onTransaction: ({ editor }) => showPressed(editor, root),
  });
}

export const htmlOf = (editor) => (editor.isEmpty ? "" : editor.getHTML());

function extensions(prose, placeholder) {
  const plain = [prose.Document, prose.Paragraph, prose.Text, prose.HardBreak, prose.Bold, prose.Italic, prose.Underline];
  const more = [prose.Strike, prose.BulletList, prose.OrderedList, prose.ListItem, prose.Blockquote, prose.History];
  const link = prose.Link.configure({ openOnClick: false, autolink: true });
  return [...plain, ...more, link, prose.Placeholder.configure({ placeholder })];
}

export function textAsHtml(text) {
  if (!text) return text;
  const paragraph = document.createElement("p");
  // HTML would swallow the space typed last before the editor came, and all but the first of several.
  paragraph.textContent = text.replace(/ (?= |\n|$)/g, "\u00a0");
  return paragraph.outerHTML.replaceAll("\n", "<br>");
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

export function setLink(editor, linkBox) {
  const typed = $("input", linkBox).value.trim();
  const href = /^(https?:|mailto:)/i.test(typed) ? typed : `https://${typed}`;
  const chain = editor.chain().focus().extendMarkRange("link");
  if (!typed) chain.unsetLink().run();
  else if (editor.state.selection.empty) chain.insertContent({ type: "text", text: typed, marks: [{ type: "link", attrs: { href } }] }).run();
  else chain.setLink({ href }).run();
  linkBox.hidden = true;
}
