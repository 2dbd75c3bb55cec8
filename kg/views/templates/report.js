'use strict';
// Sorts and filters the table of methods, and opens the folded section that a link leads to.
{
  const table = document.getElementById('table');
  const rows = table ? [...table.tBodies] : [];  // a body a paper: its fields and its sentence
  const box = document.getElementById('filter'), shown = document.getElementById('shown');
  const texts = rows.map(row => row.textContent.toLowerCase());
  const every = document.getElementById('every');
  const show = () => {  // the first rows; those that have the words of the filter; all of them when asked
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const most = every && !every.dataset.open && !words.length ? +table.dataset.first : rows.length;
    let count = 0;
    for (const row of table.tBodies) {
      row.hidden = count >= most || !words.every(word => texts[rows.indexOf(row)].includes(word));
      count += !row.hidden;
    }
    if (every) every.hidden = count >= rows.length || words.length > 0;
    shown.textContent = shown.dataset.said.replace('{shown}', count);
  };
  if (box) { box.addEventListener('input', show); show(); }
  if (every) every.addEventListener('click', () => { every.dataset.open = 1; show(); });
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
    show();
  }));
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener('hashchange', open);
  if (location.hash) open();
}
