"use strict";
// Everything works without this file: it suggests names, lights up claims, and takes dropped files.

const suggestions = document.getElementById("suggestions");
let asked = "", waiting = 0;
for (const field of document.querySelectorAll("input[list=suggestions]")) {
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => suggest(field.value.trim(), field.dataset.type || ""), 120);
  });
}

async function suggest(text, type) {
  if (!text || text === asked || text.length > 80) return;
  asked = text;
  const answer = await fetch("/suggest.json?" + new URLSearchParams({q: text, type}));
  if (!answer.ok || asked !== text) return;
  const found = await answer.json();
  suggestions.replaceChildren(...found.names.map((one) => {
    const option = document.createElement("option");
    option.value = one.label;
    option.label = one.said;
    return option;
  }));
}

// A claim and its words light up together.
const claims = new Map();
for (const element of document.querySelectorAll("[data-c]")) {
  for (const number of element.dataset.c.split(" ")) claims.set(number, [...(claims.get(number) || []), element]);
}
function light(element, on) {
  for (const number of element.dataset.c.split(" ")) {
    for (const other of claims.get(number)) other.classList.toggle("lit", on);
  }
}
for (const element of document.querySelectorAll("[data-c]")) {
  for (const [kind, on] of [["mouseenter", true], ["mouseleave", false], ["focusin", true], ["focusout", false]]) {
    element.addEventListener(kind, () => light(element, on));
  }
}

// On a narrow page facets begin folded.
if (matchMedia("(max-width: 60rem)").matches) document.querySelector(".facets details")?.removeAttribute("open");

// A choice in the order of results counts at once.
for (const field of document.querySelectorAll(".sort select")) field.addEventListener("change", () => field.form.submit());

// Files may be dropped where they are chosen.
const drop = document.querySelector(".drop");
if (drop) {
  const field = drop.querySelector("input[type=file]");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) {
        field.files = event.dataTransfer.files;
        drop.submit();
      }
    });
  }
}

// A table that an address names is unfolded.
function unfold() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = named?.closest("details:not([open])");
  if (folded) { folded.open = true; named.scrollIntoView(); }
}
addEventListener("hashchange", unfold);
unfold();
