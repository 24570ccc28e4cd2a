// Connecting a mailbox: server names follow the address until somebody types his own, ports follow the encryption.
// Loaded once however often the dialog opens: everything is listened for at the document.
const PORTS = { imap: { tls: 993, starttls: 143, none: 143 }, smtp: { tls: 465, starttls: 587, none: 25 } };
const field = (form, name) => form.elements.namedItem(name);

function guessServers(form) {
  const domain = field(form, "address").value.trim().split("@")[1] ?? "";
  for (const protocol of Object.keys(PORTS)) {
    const host = field(form, `${protocol}_host`);
    if (host.value && host.value !== host.dataset.guess) continue; // typed by hand
    host.dataset.guess = host.value = domain.includes(".") ? `${protocol}.${domain}` : "";
  }
}

function followEncryption(form, protocol) {
  const port = field(form, `${protocol}_port`);
  const usual = Object.values(PORTS[protocol]);
  if (port.value && !usual.includes(Number(port.value))) return; // typed by hand
  port.value = PORTS[protocol][field(form, `${protocol}_security`).value];
}

document.addEventListener("input", ({ target }) => {
  if (target.name === "address" && target.form?.hasAttribute("data-guess-servers")) guessServers(target.form);
});

document.addEventListener("change", ({ target }) => {
  if (target.form?.id !== "connect-form" || !target.name.endsWith("_security")) return;
  followEncryption(target.form, target.name.split("_")[0]);
});

// The answer brings the words of errors into their places; here the fields learn that they are wrong.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "connect-report") target.scrollIntoView({ block: "start" });
  for (const slot of document.querySelectorAll("#connect-form .slot")) {
    const input = slot.parentElement.querySelector(":is(input, select):not([type=radio])");
    if (!input) continue;
    const error = slot.querySelector("[id$=_error]");
    const help = slot.parentElement.querySelector(".field-help");
    input.toggleAttribute("aria-invalid", Boolean(error));
    if (error) input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", [help?.id, error?.id].filter(Boolean).join(" "));
  }
});
