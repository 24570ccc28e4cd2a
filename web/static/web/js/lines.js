// Fields that take several lines: the button adds an empty one. Without scripts there is always one spare.
for (const button of document.querySelectorAll("[data-add-line]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const lines = button.parentElement.querySelectorAll(".text-line");
    const copy = lines[lines.length - 1].cloneNode(true);
    const input = copy.querySelector("input");
    input.value = "";
    input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+/, lines.length + 1));
    button.before(copy);
    input.focus();
  });
}
