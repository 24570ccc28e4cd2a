// The list of merge fields beside an editor: what is chosen goes to where was written last.
const $ = (selector, from) => from.querySelector(selector);
const $$ = (selector, from) => [...from.querySelectorAll(selector)];

// `lines`: the selector of inputs that may hold fields; `insertInText(name)` puts one into the text.
export function startFieldPicker(form, lines, insertInText) {
  let line = document.activeElement?.matches(lines) ? document.activeElement : null; // was written in last; null: the text
  form.addEventListener("focusin", ({ target }) => {
    if (target.matches(lines)) line = target;
    else if (target.closest(".writing")) line = null;
  });
  form.addEventListener("click", ({ target }) => {
    const chosen = target.closest("[data-insert]");
    if (!chosen) return;
    chosen.closest("[popover]").hidePopover();
    if (line) insertInLine(line, `{{ ${chosen.dataset.insert} }}`);
    else insertInText(chosen.dataset.insert);
  });
  $("[data-find]", form).addEventListener("input", ({ target }) => findField(target));
}

function insertInLine(input, text) {
  input.setRangeText(text, input.selectionStart, input.selectionEnd, "end");
  input.focus();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function findField(input) {
  const typed = input.value.trim().toLowerCase();
  for (const item of $$(".field-item", input.parentElement)) item.hidden = !item.textContent.toLowerCase().includes(typed);
  for (const group of $$("section", input.parentElement)) group.hidden = !$(".field-item:not([hidden])", group);
}
