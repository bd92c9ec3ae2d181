/* Sorting of the operator's tables: a table works without it. */

function sort(table: HTMLTableElement, heading: HTMLTableCellElement): void {
  const column = heading.cellIndex
  const ascending = heading.getAttribute('aria-sort') !== 'ascending'
  const value = (row: HTMLTableRowElement): string => row.cells[column]?.dataset['value'] ?? row.cells[column]?.textContent ?? ''
  const compare = heading.dataset['sort'] === 'number'
    ? (a: HTMLTableRowElement, b: HTMLTableRowElement): number => Number(value(a)) - Number(value(b))
    : (a: HTMLTableRowElement, b: HTMLTableRowElement): number => value(a).localeCompare(value(b))
  const body = table.tBodies[0]!
  const rows = [...body.rows].toSorted(compare)
  body.append(...(ascending ? rows : rows.toReversed()))
  for (const other of table.tHead!.rows[0]!.cells) other.removeAttribute('aria-sort')
  heading.setAttribute('aria-sort', ascending ? 'ascending' : 'descending')
}

for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable')) {
  for (const heading of table.querySelectorAll<HTMLTableCellElement>('th[data-sort]')) {
    heading.querySelector('button')?.addEventListener('click', () => sort(table, heading))
  }
}
