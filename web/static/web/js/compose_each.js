// The people that a letter to each goes to: how many, unfolded who they are, and a way to leave single ones out. It
// stands in the place of the recipients, and answers as they do.
import { request } from "./request.js";

const $ = (selector, from = document) => from.querySelector(selector);

export class Each {
  #line;
  #url;
  #onChange;
  #people = []; // { contact, lead }
  #shown = Promise.resolve(); // one after the other: the last one stays

  constructor(dialog, onChange) {
    this.#line = $("[data-each]", dialog);
    this.#url = dialog.dataset.urlEach;
    this.#onChange = onChange;
    this.#line.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-leave-out]");
      if (button) this.#leaveOut(Number(button.dataset.leaveOut));
    });
  }

  get values() {
    return { to: [], cc: [], bcc: [], to_each: this.#people };
  }

  set values({ to_each }) {
    this.#people = to_each;
    this.#shown = this.#shown.then(() => this.#show());
  }

  get isAnyWrong() {
    return $("details", this.#line)?.dataset.count === "0";
  }

  // Nothing is typed here.
  get typing() {
    return {};
  }
  set typing(_values) {}
  commitAll() {}

  #leaveOut(contact) {
    this.values = { to_each: this.#people.filter((one) => one.contact !== contact) };
    this.#onChange();
  }

  // In the server's words: an address may have come to take no mail since.
  async #show() {
    const { status, text } = await request(this.#url, { json: { to_each: this.#people } });
    if (status !== 200) return;
    const isOpen = $("details", this.#line)?.open;
    const isFocused = this.#line.contains(document.activeElement);
    $(".each-people", this.#line).innerHTML = text;
    $("details", this.#line).open = Boolean(isOpen);
    if (isFocused) $("summary", this.#line).focus();
  }
}
