// What a letter or template starts (its triggers, by event) and what is watched of it (opens, links).
//
// `root` is an element with "parts/trigger_choice.html" in it, and for letters the two switches. Who does not use the
// Mailer has no such element: then what came from the server is given back as it was.
const SECONDS = { minutes: 60, hours: 3600, days: 86_400 };
const EVENTS = ["sent", "opened", "failed", "not_opened"]; // in the order of the wire
const $ = (selector, from) => from.querySelector(selector);
const $$ = (selector, from) => [...from.querySelectorAll(selector)];

export class LetterActs {
  #root;
  #onChange;
  #remove; // the word
  #given = {}; // as it came
  #usual = [false, false];

  constructor(root, { onChange, remove }) {
    this.#root = root;
    this.#onChange = onChange;
    this.#remove = remove;
    if (!root) return;
    root.addEventListener("change", (event) => this.#onChosen(event));
    this.#around.addEventListener("change", ({ target }) => target.matches("[data-format-choice]") && this.#show());
    root.addEventListener("click", ({ target }) => target.closest(".token button") && this.#takeOff(target.closest(".token")));
  }

  get value() {
    if (!this.#root) return this.#given;
    const { track_opens, track_links } = this.#given;
    return { triggers: this.#triggers(), track_opens, track_links };
  }

  set value({ triggers = {}, track_opens = null, track_links = null }) {
    this.#given = { triggers, track_opens, track_links };
    if (!this.#root) return;
    for (const event of this.#events) this.#fill(event, triggers);
    this.#show();
  }

  // Of the mailbox that is chosen: what is watched unless the letter says otherwise.
  set usual(switches) {
    this.#usual = switches ?? [false, false];
    if (this.#root) this.#show();
  }

  // The form or dialog of the letter.
  get #around() {
    return this.#root.closest("form, dialog") ?? document;
  }

  // Something waits for an opening that nobody could tell: there is no pixel, and no link leads through us.
  get #isUnseen() {
    const waits = ["opened", "not_opened"].some((name) => $(`[data-event="${name}"] .token`, this.#root));
    const boxes = $$("[data-track]", this.#root);
    const isText = $("[data-format-choice]", this.#around)?.value === "text";
    return waits && (isText || (boxes.length > 0 && !boxes.some(({ checked }) => checked)));
  }

  get #events() {
    return $$("[data-event]", this.#root);
  }

  #triggers() {
    const found = {};
    for (const name of EVENTS) {
      const event = $(`[data-event="${name}"]`, this.#root);
      const ids = event ? $$(".token", event).map(({ dataset }) => Number(dataset.trigger)) : [];
      if (ids.length) found[name] = name === "not_opened" ? { after_seconds: secondsOf(event), triggers: ids } : ids;
    }
    return found;
  }

  #fill(event, triggers) {
    for (const token of $$(".token", event)) token.remove();
    const chosen = triggers[event.dataset.event];
    if (chosen?.after_seconds) showSeconds(event, chosen.after_seconds);
    for (const id of chosen?.triggers ?? chosen ?? []) this.#add(event, id);
  }

  #add(event, id) {
    const select = $("[data-add-trigger]", event);
    const option = $(`option[value="${id}"]`, select);
    if (!option || $(`.token[data-trigger="${id}"]`, event)) return; // it was deleted, or stands there
    const token = Object.assign(document.createElement("span"), { className: "token" });
    token.dataset.trigger = id;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    button.setAttribute("aria-label", `${this.#remove} ${option.text}`);
    token.append(Object.assign(document.createElement("span"), { textContent: option.text }), button);
    select.before(token);
  }

  #onChosen({ target }) {
    if (target.matches("[data-track]")) this.#given[target.dataset.track] = target.checked;
    else if (target.matches("[data-add-trigger]") && target.value) {
      this.#add(target.closest("[data-event]"), target.value);
      target.value = "";
    } else if (target.matches("[data-after-count]") && !(target.value >= 1)) target.value = 1;
    this.#show();
    this.#onChange();
  }

  #takeOff(token) {
    const select = $("[data-add-trigger]", token.parentElement);
    token.remove();
    select.focus();
    this.#show();
    this.#onChange();
  }

  #show() {
    for (const [place, name] of ["track_opens", "track_links"].entries()) {
      const box = $(`[data-track="${name}"]`, this.#root);
      if (box) box.checked = this.#given[name] ?? this.#usual[place];
    }
    const unseen = $("[data-acts-unseen]", this.#root);
    if (unseen) unseen.hidden = !this.#isUnseen;
    const count = document.querySelector("[data-acts-count]");
    if (!count) return;
    count.textContent = $$(".token", this.#root).length;
    count.hidden = count.textContent === "0";
  }
}

function secondsOf(event) {
  const unit = SECONDS[$("[data-after-unit]", event).value];
  return Math.max(60, Math.round(Number($("[data-after-count]", event).value) || 1) * unit);
}

function showSeconds(event, seconds) {
  const unit = Object.keys(SECONDS).findLast((name) => seconds % SECONDS[name] === 0) ?? "minutes";
  $("[data-after-unit]", event).value = unit;
  $("[data-after-count]", event).value = Math.max(1, Math.round(seconds / SECONDS[unit]));
}

// A link that the picker of fields offers, as the editor takes it.
export function placeOf(button) {
  button.closest("[popover]").hidePopover();
  const { place: address, words, asButton } = button.dataset;
  return { address, words, isButton: asButton !== undefined };
}
