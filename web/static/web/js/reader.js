// The open conversation: frames of letters as high as their text, remote images, the viewer of files, printing.
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

// ---- frames: no script runs inside, so their height is measured from here
function fit(frame) {
  const page = frame.contentDocument;
  if (!page?.body) return;
  const set = () => {
    shrink(page);
    frame.style.height = `${page.documentElement.offsetHeight}px`;
  };
  new ResizeObserver(set).observe(page.documentElement);
  set();
  offerDark(frame, page);
}
// A letter of a fixed width is shown smaller where there is less room; what is wider still can be moved sideways.
const SMALLEST = 0.6;
function shrink({ documentElement: root, body }) {
  body.style.zoom = 1;
  if (root.scrollWidth > root.clientWidth) body.style.zoom = Math.max(SMALLEST, root.clientWidth / root.scrollWidth);
}
document.addEventListener("load", (event) => event.target.matches?.("iframe.msg-body") && fit(event.target), true);

function draw(frame) {
  const query = new URLSearchParams({ theme: document.documentElement.dataset.theme });
  if (frame.hasAttribute("data-shows-images")) query.set("images", frame.dataset.images);
  frame.src = `${frame.dataset.body}?${query}`;
}
document.addEventListener("theme-changed", () => $$("iframe.msg-body").forEach(draw));

// ---- a letter with colors of its own lies on white paper; in the dark it may be turned
const inDark = matchMedia("(prefers-color-scheme: dark)");
function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme === "dark" || (theme !== "light" && inDark.matches);
}
function offerDark(frame, page) {
  const choice = $("[data-paper]", frame.closest(".msg"));
  if (!choice) return;
  choice.hidden = !isDark() || !$(".paper", page);
  page.documentElement.classList.toggle("dark", !choice.hidden && frame.hasAttribute("data-turned"));
}
document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-paper]");
  if (!choice) return;
  const frame = $("iframe.msg-body", choice.closest(".msg"));
  const isTurned = frame.toggleAttribute("data-turned");
  choice.setAttribute("aria-pressed", isTurned);
  frame.contentDocument.documentElement.classList.toggle("dark", isTurned);
  choice.closest("[popover]").hidePopover();
});

// ---- remote images: of one letter at once, of a sender from now on
function showImages(letter, isShown) {
  const note = $("[data-blocked-images]", letter);
  if (!note) return;
  note.hidden = isShown;
  const frame = $("iframe.msg-body", letter);
  frame.toggleAttribute("data-shows-images", isShown);
  draw(frame);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-images]");
  if (button) showImages(button.closest(".msg"), true);
});
document.addEventListener("sender-images", (event) => {
  const { sender, allowed } = event.detail;
  for (const letter of $$(".msg[data-sender]").filter((each) => each.dataset.sender === sender)) {
    showImages(letter, allowed);
    const forbid = $("[data-forbid-images]", letter);
    if (forbid) forbid.hidden = !allowed;
  }
});

// ---- the viewer: pictures in a frame where nothing may run; a PDF needs the browser's own program, which none runs in
function view({ view: url, kind, name, save }) {
  if (kind === "pdf" && !navigator.pdfViewerEnabled) return location.assign(save);
  const viewer = $("#viewer");
  const frame = document.createElement("iframe");
  frame.title = name;
  if (kind === "image") frame.sandbox = "";
  frame.src = url;
  $("#viewer-title").textContent = name;
  $("[data-viewer-save]", viewer).href = save;
  $("[data-viewer-body]", viewer).replaceChildren(frame);
  viewer.addEventListener("close", () => frame.remove(), { once: true });
  viewer.showModal();
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-view]");
  if (button) view(button.dataset);
});

// ---- printing: a document of its own, without our page around it
function printed(url) {
  const frame = document.createElement("iframe");
  frame.className = "sr";
  frame.sandbox = "allow-same-origin allow-modals";
  frame.src = url;
  frame.addEventListener("load", () => {
    frame.contentWindow.addEventListener("afterprint", () => frame.remove());
    frame.contentWindow.print();
  });
  document.body.append(frame);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print]");
  if (button) printed(button.dataset.print);
});

// ---- what was there before this script
for (const frame of $$("iframe.msg-body")) if (frame.contentDocument?.readyState === "complete") fit(frame);
