// What is said above a letter: a question with its buttons, or why it was refused.
const make = (tag, facts) => Object.assign(document.createElement(tag), facts);

// `after` runs when one of the buttons was pressed and has done its part.
export function choice(words, after, buttons) {
  const banner = make("div", { className: "banner banner-warn" });
  banner.append(make("span", { textContent: words, className: "grow" }));
  for (const [label, act] of buttons) {
    const button = make("button", { type: "button", className: "btn btn-sm", textContent: label });
    button.addEventListener("click", () => {
      banner.remove();
      act();
      after();
    });
    banner.append(button);
  }
  return banner;
}

export function refusal(message, field) {
  const banner = make("div", { className: "banner banner-bad", textContent: message });
  banner.dataset.field = field;
  return banner;
}
