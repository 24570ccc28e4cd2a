// A plain form leaves its page, and what was typed with it. So first the server is asked whether it would be taken:
// signed out, or without a connection, everything stays and says why.
import { request, toast, token } from "./request.js";

const OF_HTMX = "[hx-get], [hx-post], [hx-put], [hx-patch], [hx-delete]";
const words = document.getElementById("words").dataset;
const asking = new WeakSet();
const taken = new WeakSet();

// In the capturing phase: other listeners hear of it only when the form really goes.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  const key = form.querySelector('input[name="csrfmiddlewaretoken"]');
  if (!key || form.getAttribute("method")?.toLowerCase() !== "post" || form.matches(OF_HTMX) || taken.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (asking.has(form)) return;
  asking.add(form);
  const { status } = await request(document.body.dataset.signedIn);
  asking.delete(form);
  if (status === 204) return send(form, submitter, key);
  if (status !== 401) toast(status ? words.failed : words.offline, { tone: "bad" });
}, true);

// The token is another one when they signed out and in again meanwhile.
function send(form, submitter, key) {
  key.value = token();
  taken.add(form);
  form.requestSubmit(submitter);
  taken.delete(form); // a field that is not valid stopped it
}
