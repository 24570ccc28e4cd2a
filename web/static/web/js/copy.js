// Buttons that copy: data-copy names the element, data-copied is what they say afterwards.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: button.dataset.copied } }));
  } catch {
    getSelection().selectAllChildren(source); // no right to the clipboard: it is marked, and Ctrl+C does the rest
  }
});
