// What is typed and not saved yet: in this tab, to go on with after a reload, and in this browser until the server has
// it, for when the tab is closed. Each stands under its member: whoever signs in here next never sees it.
//
// `compose:MEMBER:open` is the query that opens the dialog again, `compose:MEMBER:copy` the letter; in the browser each
// letter is `compose:MEMBER:kept:…`, and the tab that it is written in holds a lock of that name.
const member = document.querySelector("#main").dataset.member;
const [OPEN, COPY, KEPT] = ["open", "copy", "kept:"].map((name) => `compose:${member}:${name}`);

export const newKept = () => `${KEPT}${Date.now()}.${Math.random()}`;
export const copyHere = () => JSON.parse(sessionStorage.getItem(COPY) ?? "null");
export const openHere = () => sessionStorage.getItem(OPEN);
export const rememberOpen = (query) => sessionStorage.setItem(OPEN, query || "new");

export function keepCopy(copy) {
  const text = JSON.stringify(copy);
  put(sessionStorage, COPY, text);
  if (copy.isDirty) put(localStorage, copy.kept, text);
  else localStorage.removeItem(copy.kept);
}

// Larger than the browser keeps: the server has to be enough.
function put(storage, name, text) {
  try {
    storage.setItem(name, text);
  } catch {
    storage.removeItem(name);
  }
}

export function forgetHere() {
  sessionStorage.removeItem(OPEN);
  sessionStorage.removeItem(COPY);
}

export function forgetCopy(kept) {
  forgetHere();
  localStorage.removeItem(kept);
}

// Until the returned function is called, or the tab goes.
export function hold(kept) {
  let letGo;
  const until = new Promise((resolve) => (letGo = resolve));
  navigator.locks?.request(kept, () => until);
  return letGo;
}

// The query of the letter that this tab goes on with, "new" for one without a draft; null for none. One that was left
// in a tab that is gone becomes this tab's.
export async function unsentQuery() {
  const held = new Set(((await navigator.locks?.query())?.held ?? []).map(({ name }) => name));
  const here = copyHere();
  if (here?.isDirty && here.kept && held.has(here.kept)) forgetHere(); // another tab goes on with it
  if (openHere()) return openHere();
  const left = Object.keys(localStorage).find((name) => name.startsWith(KEPT) && !held.has(name));
  if (!left) return null;
  sessionStorage.setItem(COPY, localStorage.getItem(left));
  rememberOpen(copyHere().query);
  return openHere();
}
