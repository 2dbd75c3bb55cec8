"use strict";
const lines = JSON.parse(document.getElementById("data").textContent);
const place = "kg-audit-" + document.body.dataset.name;
const fields = (id) => document.getElementById(id).elements;

/** The sheet as it is judged now, as JSON lines. */
function sheet() {
  return lines.map((line) => {
    const { judgement, reason } = fields(line.id);
    return JSON.stringify({ ...line, judgement: judgement.value, reason: reason.value.trim() }) + "\n";
  }).join("");
}

function count() {
  const judged = lines.filter((line) => fields(line.id).judgement.value);
  for (const line of judged) document.getElementById(line.id).closest("tr").className = "judged";
  document.getElementById("count").textContent = `${judged.length} of ${lines.length} judged`;
}

/** What was judged stays in the browser until it is saved, where the browser keeps things for pages from files. */
function keep() {
  try {
    const said = lines.map(({ id }) => [id, fields(id).judgement.value, fields(id).reason.value]);
    localStorage.setItem(place, JSON.stringify(said.filter(([, judgement, reason]) => judgement || reason)));
  } catch { /* it keeps nothing */ }
}

function restore() {
  try {
    for (const [id, judgement, reason] of JSON.parse(localStorage.getItem(place) || "[]")) {
      fields(id).judgement.value = judgement;
      fields(id).reason.value = reason;
    }
  } catch { /* it kept nothing */ }
}

let saved = true;
document.addEventListener("input", () => { saved = false; count(); keep(); });
document.addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("beforeunload", (event) => { if (!saved) event.preventDefault(); });
document.getElementById("save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([sheet()], { type: "application/jsonl" }));
  link.download = "judged.jsonl";
  link.click();
  saved = true;
});
restore();
count();
