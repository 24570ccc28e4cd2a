// The recipients of a letter: tokens, suggestions, and what is known about an address.
import { request } from "./request.js";

const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;
export const LINES = ["to", "cc", "bcc"];

export class Recipients {
  #dialog;
  #onChange;

  constructor(dialog, onChange) {
    this.#dialog = dialog;
    this.#onChange = onChange;
    dialog.addEventListener("click", (event) => this.#onClick(event));
    dialog.addEventListener("keydown", (event) => this.#onKey(event));
    dialog.addEventListener("focusout", (event) => this.#onLeave(event));
    dialog.addEventListener("input", ({ target }) => target.matches("[name$=_typing]") && this.#unchoose(target));
    dialog.addEventListener("htmx:afterSwap", ({ detail }) => detail.target.matches(".suggest") && this.#offer(detail));
  }

  // `{ to: [...], cc: [...], bcc: [...] }`, with what is still being typed left out.
  get values() {
    return Object.fromEntries(LINES.map((name) => [name, this.#tokens(name).map((token) => token.dataset.value)]));
  }

  set values(values) {
    for (const name of LINES) {
      for (const token of this.#tokens(name)) token.remove();
      for (const value of values[name]) this.#input(name).before(this.#token(value));
    }
    if (values.cc.length || values.bcc.length) this.showCopies();
    this.#check();
  }

  get isAnyWrong() {
    const all = LINES.flatMap((name) => this.#tokens(name));
    return !all.length || all.some((token) => token.classList.contains("is-wrong"));
  }

  get typing() {
    return Object.fromEntries(LINES.map((name) => [name, this.#input(name).value]));
  }

  set typing(values) {
    for (const name of LINES) this.#input(name).value = values[name] ?? "";
  }

  commitAll() {
    for (const name of LINES) this.#commit(this.#input(name));
  }

  showCopies() {
    for (const name of ["cc", "bcc"]) $(`[data-line="${name}"]`, this.#dialog).hidden = false;
    $("[data-more-lines]", this.#dialog).hidden = true;
  }

  #input(name) {
    return $(`[name="${name}_typing"]`, this.#dialog);
  }
  #tokens(name) {
    return $$(`[data-line="${name}"] .token`, this.#dialog);
  }
  #suggestions(input) {
    return $(`#${input.getAttribute("aria-controls")}`);
  }
  #inputOf(list) {
    return $(`[aria-controls="${list.id}"]`, this.#dialog);
  }

  #token(value) {
    const { name, email } = labelOf(value);
    const token = document.createElement("span");
    token.className = ADDRESS.test(email) ? "token" : "token is-wrong";
    token.dataset.value = value;
    token.title = email;
    const words = Object.assign(document.createElement("span"), { textContent: name });
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    remove.dataset.removeRecipient = "";
    remove.setAttribute("aria-label", `${this.#dialog.dataset.remove} ${name}`);
    token.append(words, remove);
    return token;
  }

  #commit(input) {
    const parts = splitAddresses(input.value);
    for (const part of parts) input.before(this.#token(part));
    input.value = "";
    this.#closeSuggestions(input);
    if (parts.length) this.#changed();
  }

  #changed() {
    this.#check();
    this.#onChange();
  }

  // Addresses that letters came back from are marked, with the words of the server.
  async #check() {
    const tokens = LINES.flatMap((name) => this.#tokens(name));
    const addresses = tokens.map((token) => token.title).filter((address) => ADDRESS.test(address));
    const { data } = addresses.length ? await request(this.#dialog.dataset.urlRecipients, { json: { addresses } }) : { data: {} };
    const warnings = data.warnings ?? {};
    for (const token of tokens) token.classList.toggle("is-risky", token.title.toLowerCase() in warnings);
    const note = $("#recipient-note", this.#dialog);
    if (!note) return;
    note.textContent = Object.values(warnings).join(" ");
    note.hidden = !note.textContent;
  }

  #closeSuggestions(input) {
    this.#suggestions(input).replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  #pick(option) {
    const input = $("input", option.closest(".tokens"));
    input.value = "";
    input.before(this.#token(option.dataset.pick));
    this.#closeSuggestions(input);
    input.focus();
    this.#changed();
  }

  // The first one is taken by Enter, where it answers to what stands there and that is no address itself.
  #offer({ target: list, requestConfig }) {
    const input = this.#inputOf(list);
    input.setAttribute("aria-expanded", String(list.childElementCount > 0));
    const asked = requestConfig.parameters[input.name];
    if (asked?.trim() && asked === input.value && !asked.includes("@")) this.#move(input, 1);
  }

  #unchoose(input) {
    $('[aria-selected="true"]', this.#suggestions(input))?.setAttribute("aria-selected", "false");
    input.removeAttribute("aria-activedescendant");
  }

  #move(input, step) {
    const options = $$("[role=option]", this.#suggestions(input));
    if (!options.length) return;
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = (at + step + options.length) % options.length;
    options.forEach((option, index) => {
      option.id = `${input.name}-option-${index}`;
      option.setAttribute("aria-selected", String(index === next));
    });
    input.setAttribute("aria-activedescendant", options[next].id);
    options[next].scrollIntoView({ block: "nearest" });
  }

  #onClick(event) {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-pick]")) this.#pick(at("[data-pick]"));
    else if (at("[data-more-lines]")) {
      this.showCopies();
      this.#input("cc").focus();
    } else if (at("[data-remove-recipient]")) {
      const input = $("input", at(".tokens"));
      at(".token").remove();
      input.focus();
      this.#changed();
    } else if (event.target.matches(".tokens")) $("input", event.target).focus();
  }

  #onKey(event) {
    const input = event.target;
    if (!input.matches("[name$=_typing]") || event.isComposing || event.ctrlKey || event.metaKey) return;
    const chosen = $('[role=option][aria-selected="true"]', this.#suggestions(input));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.#move(input, event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Escape" && this.#suggestions(input).childElementCount) {
      this.#closeSuggestions(input);
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Backspace" && !input.value && input.previousElementSibling?.matches(".token")) {
      input.previousElementSibling.remove();
      this.#changed();
    } else if (["Enter", ",", ";", "Tab"].includes(event.key) && (chosen || input.value.trim())) {
      if (event.key !== "Tab") event.preventDefault();
      if (chosen) this.#pick(chosen);
      else if (event.key !== "," || input.value.includes("@") || !input.value.startsWith('"')) this.#commit(input);
    } else if (event.key === "Enter") event.preventDefault();
  }

  #onLeave(event) {
    const input = event.target;
    if (!input.matches?.("[name$=_typing]") || event.relatedTarget?.closest?.(".suggest")) return;
    if (this.#dialog.open && input.value.includes("@")) this.#commit(input);
    this.#closeSuggestions(input);
  }
}

function labelOf(value) {
  const found = /^\s*"?([^"<]*?)"?\s*<([^>]+)>\s*$/.exec(value);
  return found ? { name: found[1] || found[2], email: found[2].trim() } : { name: value, email: value };
}

// At commas, semicolons and line ends, but not within quotes: "Doe, Ann" <ann@example.com>.
function splitAddresses(typed) {
  const parts = typed.match(/(?:"[^"]*"|[^,;\n"]|")+?(?=[,;\n]|$)/g) ?? [];
  return parts.map((part) => part.replace(/^[,;\s]+/, "").trim()).filter(Boolean);
}
