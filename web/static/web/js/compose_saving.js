// Saving as somebody types: to this browser at once, to the server after a pause. Nothing is ever overwritten unseen.
import { request } from "./request.js";

const COPY_MS = 300;
const SAVE_MS = 2000;
const AGAIN_MS = 15_000;
const MOST_KEEPALIVE = 60_000; // bytes that a browser still sends while a page goes away

// Whether two letters are the same to their writer: what only this browser or only the server knows does not count.
export function isSameLetter(one, other) {
  return essence(one) === essence(other);
}
function essence({ attachments, ...fields }) {
  const files = attachments.map(({ upload, content_id }) => [upload, content_id]);
  return JSON.stringify([...Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)), files]);
}

export class Saver {
  #state; // { id, version, urls }: of the draft on the server, null as long as there is none
  #gather; // () => the letter, as the server takes it
  #keep; // (isSaved) => puts a copy into this browser
  #show; // (status, facts): "saving", "saved", "kept", "conflict", "gone", "refused"
  #createUrl;
  #member;
  #isDirty = false;
  #hasFailed = false;
  #running = null;
  #timers = { copy: 0, save: 0 };
  #stop = new AbortController();

  constructor({ state, createUrl, member, gather, keep, show }) {
    this.#state = state;
    this.#createUrl = createUrl;
    this.#member = member;
    this.#gather = gather;
    this.#keep = keep;
    this.#show = show;
    const again = () => this.#isDirty && this.#saveSoon(0);
    const { signal } = this.#stop;
    addEventListener("online", again, { signal });
    addEventListener("focus", again, { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.#keep(!this.#isDirty), { signal });
    addEventListener("beforeunload", (event) => this.#isDirty && (this.#hasFailed || !navigator.onLine) && event.preventDefault(), { signal });
    addEventListener("pagehide", () => this.#lastWord(), { signal });
  }

  get id() {
    return this.#state.id;
  }
  get version() {
    return this.#state.version;
  }
  get urls() {
    return this.#state.urls;
  }
  get isDirty() {
    return this.#isDirty;
  }
  get headers() {
    return { "X-Member": this.#member, ...(this.#state.version && { "If-Match": `"${this.#state.version}"` }) };
  }

  changed() {
    if (this.#stop.signal.aborted) return; // the letter was closed: what comes in late opens it no more
    if (!this.#isDirty) this.#show("saving");
    this.#isDirty = true;
    clearTimeout(this.#timers.copy);
    this.#timers.copy = setTimeout(() => this.#keep(false), COPY_MS);
    this.#saveSoon(SAVE_MS);
  }

  // Resolves to whether all that was typed lies on the server.
  async flush() {
    clearTimeout(this.#timers.save);
    while (this.#running) await this.#running;
    if (!this.#isDirty && this.#state.id) return true;
    this.#running = this.#save();
    const isSaved = await this.#running;
    this.#running = null;
    return isSaved && (this.#isDirty ? this.flush() : true);
  }

  // On top of what somebody saved elsewhere, or as a new draft when there is none any more.
  async overwrite(state) {
    this.#state = state;
    this.#isDirty = true;
    return this.flush();
  }

  // What lies on the server is what is shown here.
  adopt(state) {
    this.#state = state;
    this.#isDirty = this.#hasFailed = false;
    this.#keep(true);
    this.#show("saved");
  }

  stop() {
    this.#stop.abort();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
  }

  #saveSoon(after) {
    clearTimeout(this.#timers.save);
    this.#timers.save = setTimeout(() => this.flush(), after);
  }

  async #save() {
    this.#isDirty = false; // what is typed from here on is another change
    this.#show("saving");
    const { id, urls } = this.#state;
    const asking = { method: id ? "PUT" : "POST", json: this.#gather(), headers: this.headers };
    const { status, data } = await request(id ? urls.save : this.#createUrl, asking);
    if (status === 200 || status === 201) {
      this.#state = data;
      this.#hasFailed = false;
      this.#keep(!this.#isDirty);
      this.#show("saved");
      return true;
    }
    this.#isDirty = this.#hasFailed = true;
    this.#keep(false);
    this.#explain(status, data);
    return false;
  }

  #explain(status, data) {
    if (status === 412) this.#show("conflict", data);
    else if (status === 404 && data.message) this.#show("gone", data);
    else if (data.message) this.#show("refused", data);
    else {
      this.#show("kept");
      this.#saveSoon(AGAIN_MS);
    }
  }

  // The page goes: what was typed since the last saving stays in this browser, and goes out if it is small enough.
  #lastWord() {
    if (!this.#isDirty || this.#running) return;
    this.#keep(false);
    const { id, urls } = this.#state;
    const body = JSON.stringify(this.#gather());
    if (!id || body.length > MOST_KEEPALIVE) return;
    const token = document.querySelector('meta[name="csrf-token"]').content;
    fetch(urls.save, { method: "PUT", body, keepalive: true, headers: { ...this.headers, "X-CSRFToken": token, "Content-Type": "application/json" } }).catch(() => {});
  }
}
