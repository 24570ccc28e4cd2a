// Files by link of a letter: they came with a template, are fetched when it is sent, and can be taken off.
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

export class Links {
  #line;
  #remove; // the word

  constructor(dialog, onChange) {
    this.#line = $("[data-links]", dialog);
    this.#remove = dialog.dataset.remove;
    this.#line.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      button.closest(".token").remove();
      this.#line.hidden = !this.value;
      onChange();
    });
  }

  // One a line, as on the wire.
  get value() {
    return $$(".token", this.#line).map(({ dataset }) => dataset.link).join("\n");
  }

  set value(text) {
    const links = new Set(text.split("\n").map((link) => link.trim()).filter(Boolean));
    $(".tokens", this.#line).replaceChildren(...[...links].map((link) => this.#token(link)));
    this.#line.hidden = !links.size;
  }

  #token(link) {
    const token = Object.assign(document.createElement("span"), { className: "token", title: link });
    token.dataset.link = link;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    button.setAttribute("aria-label", `${this.#remove} ${link}`);
    token.append(Object.assign(document.createElement("span"), { textContent: link }), button);
    return token;
  }
}
