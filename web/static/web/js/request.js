// Asking the server from a script: JSON in and out, a document into a frame, and what every answer may tell besides.
const csrf = document.querySelector('meta[name="csrf-token"]');

export const token = () => csrf.content;

// `{ status, data, etag }`. Status 0: no connection. With an old token (signed out and in again) it asks once more.
export async function request(url, { method = "POST", json, headers = {} } = {}, isSecond = false) {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const own = { "X-CSRFToken": token(), "HX-Request": "true", ...(body && { "Content-Type": "application/json" }) };
  const answer = await fetch(url, { method, body, headers: { ...own, ...headers } }).catch(() => null);
  if (!answer) return { status: 0, data: {} };
  const events = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
  if (events["new-token"] && !isSecond) {
    csrf.content = events["new-token"].token;
    return request(url, { method, json, headers }, true);
  }
  document.getElementById("signed-out").hidden = !events["signed-out"] && answer.status !== 401;
  tell(events);
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  return { status: answer.status, data: isJson ? await answer.json() : {}, text: isJson ? "" : await answer.text() };
}

function tell(events) {
  for (const [name, detail] of Object.entries(events)) {
    document.body.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

export function toast(text, { tone = "", undo } = {}) {
  document.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { text, tone, undo } }));
}

// A document that the server makes of what is typed: posted, so that it has its own address and its own policy.
export function postInto(frame, action, values) {
  const form = Object.assign(document.createElement("form"), { method: "post", action, target: frame.name, hidden: true });
  const theme = document.documentElement.dataset.theme ?? "system";
  for (const [name, value] of Object.entries({ theme, ...values, csrfmiddlewaretoken: token() })) {
    form.append(Object.assign(document.createElement("textarea"), { name, value }));
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

// A question over what is open. `yes` and `no` are the words on its buttons; resolves to whether it was yes.
export function confirmed({ title, text, yes, no }) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog ask" });
  dialog.setAttribute("aria-labelledby", "ask-title");
  const make = (tag, words, className, more) => Object.assign(document.createElement(tag), { textContent: words, className, ...more });
  const head = make("header", "", "dialog-head");
  head.append(make("h2", title, "", { id: "ask-title" }));
  const body = make("div", "", "dialog-body");
  body.append(make("p", text, ""));
  const foot = make("div", "", "dialog-foot");
  const [stay, go] = [make("button", no, "btn", { type: "button" }), make("button", yes, "btn btn-primary", { type: "button" })];
  foot.append(stay, go);
  dialog.append(head, body, foot);
  (document.querySelector("dialog[open]") ?? document.body).append(dialog);
  return new Promise((resolve) => {
    stay.addEventListener("click", () => dialog.close());
    go.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", (event) => {
      event.stopPropagation();
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
    go.focus();
  });
}
