// Lines of conditions: of each, only the ways to compare that fit what is asked, and what there is to choose from.
const FITTING = {
  tag: ["has", "has_not"],
  text: ["equals", "contains", "filled", "empty"],
  multilist: ["contains", "equals", "filled", "empty"],
  switch: ["filled", "empty"],
  flag: ["filled", "empty"],
};
const OTHERS = ["equals", "filled", "empty"];
const box = document.querySelector("[data-conditions]");

for (const line of linesOf()) fit(line);
box.addEventListener("change", ({ target }) => {
  if (!target.matches("select")) return;
  const line = target.closest(".condition-line");
  if (target === line.querySelector("select")) line.querySelector("input").value = ""; // of what was asked before
  fit(line);
});
// A line that was added is a copy of the last one.
new MutationObserver(() => linesOf().forEach(fit)).observe(box, { childList: true });

function linesOf() {
  return [...box.querySelectorAll(".condition-line")];
}

function fit(line) {
  const [subject, op] = line.querySelectorAll("select");
  const value = line.querySelector("input");
  const { type = "", options = "" } = subject.selectedOptions[0]?.dataset ?? {};
  const ways = type ? (FITTING[type] ?? OTHERS) : [];
  for (const option of op.options) option.hidden = option.disabled = Boolean(option.value ? !ways.includes(option.value) : type);
  if (!ways.includes(op.value)) op.value = ways[0] ?? "";
  op.hidden = !type;
  value.hidden = !type || ["filled", "empty"].includes(op.value);
  value.type = type === "date" ? "date" : "text";
  value.inputMode = type === "numeric" ? "decimal" : "";
  offer(line, value, options ? options.split("|") : []);
}

function offer(line, value, options) {
  line.querySelector("datalist")?.remove();
  value.removeAttribute("list");
  if (!options.length) return;
  const list = Object.assign(document.createElement("datalist"), { id: `offers-${linesOf().indexOf(line)}` });
  list.append(...options.map((text) => new Option(text)));
  line.append(list);
  value.setAttribute("list", list.id);
}
