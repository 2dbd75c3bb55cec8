'use strict';
// Sorts and filters the table of methods, and opens the folded section that a link leads to.
{
  const table = document.getElementById('table');
  const rows = table ? [...table.tBodies] : [];  // a body a paper: its fields and its sentence
  const box = document.getElementById('filter'), shown = document.getElementById('shown');
  const texts = rows.map(row => row.innerText.toLowerCase());
  if (box) box.addEventListener('input', () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, n) => { row.hidden = !words.every(word => texts[n].includes(word)); count += !row.hidden; });
    shown.textContent = shown.dataset.said.replace('{shown}', count);
  });
  const value = (row, at) => row.rows[0].cells[at].dataset.value ? +row.rows[0].cells[at].dataset.value : row.rows[0].cells[at].innerText.trim();
  table && [...table.tHead.rows[0].cells].forEach((head, at) => head.firstChild.addEventListener('click', () => {
    const numbers = rows.some(row => row.rows[0].cells[at].dataset.value);
    const isDate = head.classList.contains('c-date');
    const was = head.getAttribute('aria-sort');
    const down = was ? was === 'ascending' : numbers || isDate;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const order = rows.map(row => [value(row, at), row]).sort(([a], [b]) => {
      if (!a || !b) return (!a) - (!b);  // empty cells stay last
      return (numbers ? a - b : a.localeCompare(b, undefined, {numeric: true})) * (down ? -1 : 1);
    });
    table.append(...order.map(([, row]) => row));
  }));
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener('hashchange', open);
  if (location.hash) open();
}
