// Fields that take several lines: add an empty one, take one out, move one up. Without scripts there is one spare line.
const show = (root) => root.querySelectorAll(".lines [hidden]").forEach((button) => (button.hidden = false));
show(document);
document.addEventListener("htmx:load", (event) => show(event.detail.elt));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-line], [data-line-up], [data-line-off]");
  if (!button) return;
  const lines = button.closest(".lines");
  const line = button.closest(".text-line");
  if (button.hasAttribute("data-add-line")) add(lines, button);
  else if (button.hasAttribute("data-line-up")) line.previousElementSibling?.before(line);
  else if (lines.querySelectorAll(".text-line").length > 1) line.remove();
  else line.querySelector("input, select").value = "";
  number(lines);
  const next = button.isConnected ? button : lines.querySelector("input, select");
  if (!button.hasAttribute("data-add-line")) next.focus();
});

function add(lines, button) {
  const all = lines.querySelectorAll(".text-line");
  const copy = all[all.length - 1].cloneNode(true);
  const input = copy.querySelector("input, select");
  input.value = "";
  button.before(copy);
  input.focus();
}

function number(lines) {
  lines.querySelectorAll(".text-line").forEach((line, index) => {
    for (const named of line.querySelectorAll("[aria-label]")) {
      named.setAttribute("aria-label", named.getAttribute("aria-label").replace(/\d+/, index + 1));
    }
  });
}
