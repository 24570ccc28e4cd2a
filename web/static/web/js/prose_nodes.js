// What a letter can hold beyond the editor's own extensions: merge fields, buttons, pictures, and fonts.
import { fieldText } from "./letter_html.js";

const BUTTON = "display:inline-block;padding:10px 20px;border-radius:8px;background-color:#2456d6;color:#ffffff;font-weight:600;text-decoration:none";

// <span data-field="contact.first_name" data-fallback="there">: one piece, shown by its words.
export function mergeField(prose, labelOf) {
  return prose.Node.create({
    name: "mergeField",
    group: "inline",
    inline: true,
    atom: true,
    addAttributes: () => ({
      field: { parseHTML: (element) => element.dataset.field, renderHTML: ({ field }) => ({ "data-field": field }) },
      fallback: {
        default: "",
        parseHTML: (element) => element.dataset.fallback ?? "",
        renderHTML: ({ fallback }) => (fallback ? { "data-fallback": fallback } : {}),
      },
    }),
    parseHTML: () => [{ tag: "span[data-field]", priority: 200 }],
    renderHTML: ({ node, HTMLAttributes }) => ["span", HTMLAttributes, fieldText(node.attrs.field, node.attrs.fallback)],
    renderText: ({ node }) => fieldText(node.attrs.field, node.attrs.fallback),
    addNodeView: () => ({ node }) => ({ dom: fieldChip(node.attrs, labelOf) }),
  });
}

function fieldChip({ field, fallback }, labelOf) {
  const chip = document.createElement("span");
  chip.className = "merge-field";
  chip.dataset.field = field;
  chip.title = fieldText(field, fallback);
  chip.textContent = labelOf(field);
  if (fallback) chip.append(Object.assign(document.createElement("small"), { textContent: fallback }));
  return chip;
}

// A paragraph of its own that holds one link, drawn as a button in every mail program.
export function letterButton(prose) {
  return prose.Node.create({
    name: "letterButton",
    group: "block",
    content: "text*",
    marks: "",
    defining: true,
    addAttributes: () => ({
      href: { parseHTML: (element) => element.querySelector("a")?.getAttribute("href"), rendered: false },
      look: { default: BUTTON, parseHTML: (element) => element.querySelector("a")?.getAttribute("style") || BUTTON, rendered: false },
    }),
    parseHTML: () => [{ tag: "p.letter-button", contentElement: "a", priority: 200 }],
    renderHTML: ({ node }) => ["p", { class: "letter-button" }, ["a", { href: node.attrs.href, style: node.attrs.look }, 0]],
  });
}

// In the text; `cid` is there when its bytes go with the letter.
export function picture(prose) {
  return prose.Node.create({
    name: "picture",
    group: "inline",
    inline: true,
    draggable: true,
    addAttributes: () => ({
      src: { default: "" },
      alt: { default: "" },
      width: { default: null },
      height: { default: null },
      cid: {
        default: null,
        parseHTML: (element) => element.dataset.cid ?? null,
        renderHTML: ({ cid }) => (cid ? { "data-cid": cid } : {}),
      },
    }),
    parseHTML: () => [{ tag: "img[src]" }],
    renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
  });
}

// Font and size are attributes of the same mark as the editor's own color, so one <span> carries all.
export function fonts(prose) {
  const attribute = (name, property) => ({
    default: null,
    parseHTML: (element) => element.style[name] || null,
    renderHTML: (attributes) => (attributes[name] ? { style: `${property}: ${attributes[name]}` } : {}),
  });
  return prose.Extension.create({
    name: "fonts",
    addGlobalAttributes: () => [{
      types: ["textStyle"],
      attributes: {
        fontFamily: attribute("fontFamily", "font-family"),
        fontSize: attribute("fontSize", "font-size"),
        backgroundColor: attribute("backgroundColor", "background-color"),
      },
    }],
  });
}
