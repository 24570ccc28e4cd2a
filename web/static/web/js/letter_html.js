// A letter's HTML on its way between the wire and the visual editor, and between the three formats.
//
// On the wire a merge field is its text, {{ contact.first_name }}, and a picture of the letter is <img src="cid:...">.
// In the editor both are elements: <span data-field>, and <img data-cid> with an address that this page may show.
const FIELD = /\{\{\s*([A-Za-z_]\w*(?:\.\w+)?)\s*(?:\|\s*default\(\s*(?:"([^"{}]*)"|'([^'{}]*)')\s*(?:,\s*true\s*)?\))?\s*\}\}/gi;
const BLOCKS = /^(P|DIV|H[1-6]|BLOCKQUOTE|UL|OL|LI|TABLE|TR|HR|PRE|SECTION|CENTER)$/;
const SAME = { B: "STRONG", I: "EM", DEL: "S", STRIKE: "S" };
const parse = (html) => new DOMParser().parseFromString(html, "text/html").body;

export function fieldText(name, fallback) {
  const quote = fallback?.includes('"') ? "'" : '"';
  return fallback ? `{{ ${name}|default(${quote}${fallback}${quote}) }}` : `{{ ${name} }}`;
}

// `pictureUrl` gives the address of a picture by its Content-ID.
export function fromWire(html, pictureUrl) {
  const body = parse(html);
  for (const picture of body.querySelectorAll('img[src^="cid:"]')) {
    picture.dataset.cid = picture.getAttribute("src").slice(4);
    picture.setAttribute("src", pictureUrl(picture.dataset.cid) ?? "");
  }
  for (const text of textNodes(body)) if (text.data.includes("{{")) showFields(text);
  return body.innerHTML;
}

export function toWire(html) {
  const body = parse(html);
  for (const picture of body.querySelectorAll("img[data-cid]")) {
    picture.setAttribute("src", `cid:${picture.dataset.cid}`);
    delete picture.dataset.cid;
  }
  for (const field of body.querySelectorAll("span[data-field]")) {
    field.replaceWith(fieldText(field.dataset.field, field.dataset.fallback));
  }
  body.normalize();
  return body.innerHTML;
}

function textNodes(body) {
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  return found;
}

function showFields(text) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const found of text.data.matchAll(FIELD)) {
    const field = document.createElement("span");
    field.dataset.field = found[1];
    if (found[2] ?? found[3]) field.dataset.fallback = found[2] ?? found[3];
    field.textContent = found[0];
    parts.append(text.data.slice(from, found.index), field);
    from = found.index + found[0].length;
  }
  parts.append(text.data.slice(from));
  text.replaceWith(parts);
}

export function textAsHtml(text) {
  if (!text) return text;
  const paragraph = document.createElement("p");
  // HTML would swallow the space typed last before the editor came, and all but the first of several.
  paragraph.textContent = text.replace(/ (?= |\n|$)/g, "\u00a0");
  return paragraph.outerHTML.replaceAll("\n\n", "</p><p>").replaceAll("\n", "<br>");
}

export function htmlAsText(html) {
  const lines = writeLines(parse(html), { text: "" }).text;
  return lines.replace(/[ \t]+\n/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}

function writeLines(element, out) {
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) out.text += node.data.replace(/[\t\n\r ]+/g, " ").replaceAll("\u00a0", " ");
    else if (node.nodeType === Node.ELEMENT_NODE) writeElement(node, out);
  }
  return out;
}

function writeElement(node, out) {
  const name = node.tagName;
  if (["STYLE", "SCRIPT", "TITLE", "COLGROUP"].includes(name)) return;
  if (name === "BR") out.text += "\n";
  else if (name === "HR") out.text += "\n\n----\n\n";
  else if (name === "TD" || name === "TH") out.text += `${htmlAsText(node.innerHTML)}\t`;
  else if (name === "LI") out.text += `\n${bullet(node)}${htmlAsText(node.innerHTML)}`;
  else if (name === "A" && isOtherThanItsText(node)) out.text += `${htmlAsText(node.innerHTML)} (${node.getAttribute("href")})`;
  else {
    const gap = BLOCKS.test(name) ? (name === "TR" ? "\n" : "\n\n") : "";
    out.text += out.text ? gap : "";
    writeLines(node, out);
    out.text += gap;
  }
}
const bullet = (item) => (item.parentElement?.tagName === "OL" ? `${[...item.parentElement.children].indexOf(item) + 1}. ` : "- ");
const isOtherThanItsText = (link) => link.hasAttribute("href") && link.getAttribute("href").replace(/^mailto:/, "") !== link.textContent.trim();

// Whether `result` still has every element, attribute and style of `source`. What was only added does not count.
export function keepsAll(source, result) {
  const left = signatures(parse(result));
  for (const [signature, count] of signatures(parse(source))) if ((left.get(signature) ?? 0) < count) return false;
  return true;
}

function signatures(body) {
  const counts = new Map();
  const add = (signature) => counts.set(signature, (counts.get(signature) ?? 0) + 1);
  for (const element of body.querySelectorAll("*")) {
    const name = SAME[element.tagName] ?? element.tagName;
    if (name === "SPAN" && !element.attributes.length) continue;
    add(name);
    for (const style of element.style ?? []) add(`${name} ${style}: ${element.style.getPropertyValue(style)}`);
    for (const { name: attribute, value } of element.attributes) {
      if (!["style", "target", "rel", "class"].includes(attribute)) add(`${name} ${attribute}=${value}`);
    }
  }
  return counts;
}
