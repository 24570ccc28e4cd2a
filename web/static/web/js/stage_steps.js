// The letters of a stage: dragged into another order. Their buttons do the same.
import { request, toast } from "./request.js";

const listOf = (target) => target.closest?.("[data-stage-steps]");
let held = null;

document.addEventListener("dragstart", ({ target, dataTransfer }) => {
  held = listOf(target) ? target.closest("li") : null;
  if (!held) return;
  dataTransfer.effectAllowed = "move";
  held.classList.add("held");
});

document.addEventListener("dragover", (event) => {
  const over = held && listOf(event.target) ? event.target.closest("li") : null;
  if (!over) return;
  event.preventDefault();
  if (over === held) return;
  const { top, height } = over.getBoundingClientRect();
  over[event.clientY < top + height / 2 ? "before" : "after"](held);
});

document.addEventListener("drop", (event) => held && listOf(event.target) && event.preventDefault());

document.addEventListener("dragend", async () => {
  if (!held) return;
  const moved = held;
  held = null;
  moved.classList.remove("held");
  const place = [...moved.parentElement.children].indexOf(moved);
  const { status } = await request(`${moved.dataset.place}?place=${place}`);
  if (status !== 200) toast(moved.parentElement.dataset.failed, { tone: "bad" });
  htmx.ajax("GET", location.pathname, { target: "#main", select: "#main", swap: "outerHTML" });
});
