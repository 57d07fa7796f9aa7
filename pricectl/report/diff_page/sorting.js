"use strict";
// Tables are whole without this script; it makes each heading a button that sorts.
const said = document.getElementById("said");

function keyOf(row, column, numeric) {
  const words = row.cells[column].textContent.trim();
  if (!numeric) return words;
  // What was free or had no price has no percentage: its rise is larger than any.
  if (words.startsWith("new")) return Infinity;
  const numbers = words.replaceAll(",", "").match(/[+-]?\d+(\.\d+)?/g) ?? [];
  // Of credits before and now, those of now.
  return numbers.length ? Number(numbers.at(words.includes("\u2192") ? -1 : 0)) : NaN;
}

function compare(left, right, numeric, sign) {
  if (!numeric) return sign * left.localeCompare(right, "en", { numeric: true });
  // Rows without a number come last in both directions.
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.isNaN(left) - Number.isNaN(right);
  return left === right ? 0 : sign * (left < right ? -1 : 1);
}

function sortBy(table, rows, heading, label) {
  const body = table.tBodies[0];
  const numeric = heading.classList.contains("n");
  // A number is wanted largest first, a name from A to Z; the third time restores the order.
  const orders = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
  const order = orders[orders.indexOf(heading.getAttribute("aria-sort")) + 1];
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  const sorted = [...rows];
  if (order) {
    heading.setAttribute("aria-sort", order);
    const column = heading.cellIndex;
    const sign = order === "ascending" ? 1 : -1;
    const keys = new Map(rows.map((row) => [row, keyOf(row, column, numeric)]));
    sorted.sort((left, right) => compare(keys.get(left), keys.get(right), numeric, sign));
  }
  body.append(...sorted);
  said.textContent = order ? `Sorted by ${label}, ${order}` : "In the order of importance";
}

// On a phone rows are shown as cards, and some browsers then forget that this is a table.
const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };

for (const table of document.querySelectorAll("table.sortable")) {
  for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, td, th")]) {
    const scoped = part.scope === "col" ? "columnheader" : "rowheader";
    part.setAttribute("role", roles[part.tagName] ?? scoped);
  }
  const rows = [...table.tBodies[0].rows];
  for (const heading of table.tHead.rows[0].cells) {
    const label = heading.textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(table, rows, heading, label));
    heading.append(button);
  }
}

// What is folded away on the screen is printed too.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const folded of opened) folded.open = true;
});
addEventListener("afterprint", () => {
  for (const folded of opened) folded.open = false;
});
