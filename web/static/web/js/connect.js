// Connecting a mailbox: ports follow the encryption until somebody types his own, and errors find their fields.
// Loaded once however often the dialog opens: everything is listened for at the document.
const PORTS = { imap: { tls: 993, starttls: 143, none: 143 }, smtp: { tls: 465, starttls: 587, none: 25 } };
const field = (form, name) => form.elements.namedItem(name);

function followEncryption(form, protocol) {
  const port = field(form, `${protocol}_port`);
  const usual = Object.values(PORTS[protocol]);
  if (port.value && !usual.includes(Number(port.value))) return; // typed by hand
  port.value = PORTS[protocol][field(form, `${protocol}_security`).value];
}

document.addEventListener("change", ({ target }) => {
  if (target.form?.id !== "connect-form" || !target.name.endsWith("_security")) return;
  followEncryption(target.form, target.name.split("_")[0]);
});

// The answer brings the words of errors into their places; here the fields learn that they are wrong.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "connect-report") target.scrollIntoView({ block: "start" });
  for (const slot of document.querySelectorAll("#connect-form .slot")) {
    const input = slot.parentElement.querySelector(":is(input, select):not([type=radio], [type=hidden])");
    if (!input) continue;
    const error = slot.querySelector("[id$=_error]");
    const help = slot.parentElement.querySelector(".field-help");
    input.toggleAttribute("aria-invalid", Boolean(error));
    if (error) {
      input.setAttribute("aria-invalid", "true");
      for (let fold = slot.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    }
    input.setAttribute("aria-describedby", [help?.id, error?.id].filter(Boolean).join(" "));
  }
});
