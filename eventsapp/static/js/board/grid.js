// The grid: rows of tables or companies by rounds of one day. Only what is in sight is in the document, a little more at
// the edges, and the focused cell always; nodes are used again.
import { fitted } from "./fitted.js";

const OVER_ROWS = 3, OVER_COLUMNS = 2, HEAD = 176, TOP = 46, GAP = 28;
// `room` of a line of the name, in the pixels of `BREADTHS`, and how many such lines.
export const SIZES = { compact: { width: 96, height: 36, room: 75.5, lines: 2 }, detail: { width: 150, height: 56, room: 111, lines: 1 } };
const BADGE = 14, PLAIN = /^meet (?!.*(pinned|clash))/;  // what a pin, heavier letters or the sign of a move take away

const make = (tag, className = "", role = "") => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (role) element.setAttribute("role", role);
  return element;
};

// Copied, not made anew: a board begins with hundreds of cells.
const CELL = make("div", "b-cell", "gridcell");
CELL.tabIndex = -1;
CELL.append(make("span"));

export class Grid {
  // source: { rows: [{number, label, total}], columns: [{kind, slot | label}], head, load(slot), describe(row, slot) → cell | null }
  constructor(root, hooks) {
    this.root = root;
    this.hooks = hooks;
    this.resize("compact");
    this.focus = { row: 0, column: 0 };
    this.rows = new Map();
    this.spare = [];
    this.frame = 0;
    this.space = make("div", "b-space", "presentation");
    this.head = make("div", "b-heads", "row");
    this.body = make("div", "b-rows", "rowgroup");
    const top = make("div", "b-top", "rowgroup");
    top.append(this.head);
    this.space.append(top, this.body);
    root.append(this.space);
    this.seen = { top: 0, left: 0 };  // asked of the page only when it scrolls: asking at other times makes it lay out anew
    root.addEventListener("scroll", () => { this.look(); this.schedule(); hooks.scrolled?.(); }, { passive: true });
    new ResizeObserver(() => { this.measure(); this.schedule(); }).observe(root);
    this.measure();
  }

  measure() {
    this.view = { width: this.root.clientWidth, height: this.root.clientHeight };
  }

  look() {
    this.seen = { top: this.root.scrollTop, left: this.root.scrollLeft };
  }

  // Draw another table of rows and columns.
  show(source, keep = false) {
    this.source = source;
    this.slots = source.columns.filter((column) => column.kind === "slot");
    let left = HEAD;
    this.lefts = [];
    this.gaps = [];
    for (const column of source.columns) {
      if (column.kind === "slot") { this.lefts.push(left); left += this.size.width; } else { this.gaps.push({ left, label: column.label }); left += GAP; }
    }
    this.width = left;
    this.height = source.rows.length * this.size.height;
    this.space.style.width = `${left}px`;
    this.space.style.height = `${TOP + this.height}px`;
    this.root.setAttribute("aria-rowcount", source.rows.length + 1);
    this.root.setAttribute("aria-colcount", this.slots.length + 1);
    this.root.classList.toggle("detail", this.size === SIZES.detail);
    const had = this.root.contains(document.activeElement) && document.activeElement !== this.root;
    this.clear();
    this.heads();
    this.focus = { row: Math.min(this.focus.row, source.rows.length - 1), column: Math.min(this.focus.column, this.slots.length - 1) };
    if (!keep) this.root.scrollTo(0, 0);
    this.look();
    this.draw();
    if (had) this.cellAt(this.focus.row, this.focus.column)?.focus({ preventScroll: true });
  }

  clear() {
    for (const row of this.rows.values()) this.forget(row);
    this.rows.clear();
    this.body.replaceChildren();
    this.spare = [];
  }

  heads() {
    const corner = make("div", "b-corner", "columnheader");
    corner.setAttribute("aria-colindex", "1");
    corner.append(Object.assign(make("span"), { textContent: this.source.head }), Object.assign(make("span", "push"), { textContent: this.source.total }));
    this.head.setAttribute("aria-rowindex", "1");
    const cells = this.slots.map(({ slot }, index) => {
      const cell = make("div", "b-head", "columnheader");
      cell.style.left = `${this.lefts[index]}px`;
      cell.style.width = `${this.size.width}px`;
      cell.setAttribute("aria-colindex", index + 2);
      const { label, load, words } = this.source.load(slot);
      cell.title = words;
      const bar = make("i");
      bar.style.setProperty("--part", load.toFixed(3));
      cell.append(Object.assign(make("b"), { textContent: label }), bar);
      return cell;
    });
    const gaps = this.gaps.map(({ left, label }) => {
      const gap = make("div", "b-gap");
      gap.setAttribute("aria-hidden", "true");
      gap.style.left = `${left}px`;
      gap.style.height = `${TOP + this.height}px`;
      gap.append(Object.assign(make("span"), { textContent: label }));
      return gap;
    });
    this.head.replaceChildren(corner, ...cells);
    for (const old of this.space.querySelectorAll(":scope > .b-gap")) old.remove();
    this.space.append(...gaps);
  }

  schedule() {
    if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }

  range() {
    const { scrollTop, scrollLeft } = this.root, { height, width } = this.size;
    const first = Math.max(0, Math.floor(scrollTop / height) - OVER_ROWS);
    const last = Math.min(this.source.rows.length - 1, Math.ceil((scrollTop + this.view.height - TOP) / height) + OVER_ROWS);
    const left = scrollLeft - OVER_COLUMNS * width, right = scrollLeft + this.view.width + OVER_COLUMNS * width;
    let from = 0, to = this.slots.length - 1;
    while (from < to && this.lefts[from] + width < left + HEAD) from += 1;
    while (to > from && this.lefts[to] > right) to -= 1;
    return { first, last, from, to };
  }

  draw() {
    if (!this.source) return;
    const span = this.range();
    this.span = span;
    for (const [index, row] of this.rows) {
      if ((index < span.first || index > span.last) && index !== this.focus.row) {
        this.rows.delete(index);
        this.spare.push(row);
      }
    }
    for (let index = span.first; index <= span.last; index += 1) this.mount(index, span);
    if (this.focus.row < span.first || this.focus.row > span.last) this.mount(this.focus.row, span);
    for (const row of this.spare.splice(0)) { this.forget(row); row.element.remove(); }
  }

  forget(row) {
    for (const cell of row.cells.values()) this.hooks.gone?.(cell);
  }

  mount(index, span) {
    if (index < 0 || index >= this.source.rows.length) return;
    let row = this.rows.get(index);
    if (!row) {
      row = this.spare.pop() ?? this.row();
      this.rows.set(index, row);
      row.index = index;
      row.element.style.top = `${TOP + index * this.size.height}px`;
      row.element.setAttribute("aria-rowindex", index + 2);
      const { number, label, total } = this.source.rows[index];
      row.number.textContent = number;
      row.label.textContent = label;
      row.label.title = label;
      row.total.textContent = total ?? "";
      row.stale = true;
    }
    const marked = this.source.isMarked?.(index) ?? false;
    if (row.marked !== marked) { row.marked = marked; row.element.classList.toggle("marked", marked); }
    const spare = [];
    for (const [column, cell] of row.cells)
      if ((column < span.from || column > span.to) && !(index === this.focus.row && column === this.focus.column)) { row.cells.delete(column); spare.push(cell); }
    const wanted = [];
    for (let column = span.from; column <= span.to; column += 1) wanted.push(column);
    if (index === this.focus.row && (this.focus.column < span.from || this.focus.column > span.to)) wanted.push(this.focus.column);
    for (const column of wanted) {
      let cell = row.cells.get(column);
      const isNew = !cell;
      if (isNew) {
        cell = spare.pop() ?? this.cell(row);
        row.cells.set(column, cell);
        cell.element.style.left = `${this.lefts[column] + 2}px`;
        cell.element.setAttribute("aria-colindex", column + 2);
      }
      if (isNew || row.stale) this.paint(cell, index, column);
    }
    for (const cell of spare) { this.hooks.gone?.(cell); cell.element.remove(); }
    row.stale = false;
    if (!row.element.isConnected) this.body.append(row.element);  // with its cells: the page looks at it once
  }

  row() {
    const element = make("div", "b-row", "row"), head = make("div", "b-rowhead", "rowheader");
    head.setAttribute("aria-colindex", "1");
    const number = make("b"), label = make("i"), total = make("span", "num");
    head.append(number, label, total);
    element.append(head);
    return { element, head, number, label, total, cells: new Map() };
  }

  cell(row) {
    const element = CELL.cloneNode(true);
    row.element.append(element);
    return { element, text: element.firstChild, key: "", marks: "", pair: -1 };
  }

  paint(cell, row, column) {
    const drawn = this.source.describe(row, this.slots[column].slot);
    const isHere = row === this.focus.row && column === this.focus.column;
    if (cell.element.tabIndex !== (isHere ? 0 : -1)) cell.element.tabIndex = isHere ? 0 : -1;
    const key = `${drawn.className}|${drawn.label}|${drawn.text}|${drawn.more}`;
    cell.pair = drawn.pair;
    if (cell.key !== key) {
      cell.key = key;
      cell.element.className = `b-cell ${drawn.className}`;
      cell.marks = "";
      cell.element.setAttribute("aria-label", drawn.label);
      cell.text.textContent = this.fitted(drawn);
      this.more(cell, drawn);
    }
    this.mark(cell);
  }

  fitted({ className, text }) {
    const known = PLAIN.test(className) ? this.plain : this.narrow, { room, lines } = this.size;
    if (!known.has(text)) known.set(text, fitted(text, { lines, room: known === this.plain ? room : room - BADGE }));
    return known.get(text);
  }

  // What changes often and alone: which meetings stand out. Costs two comparisons a cell.
  mark(cell) {
    const marks = this.hooks.marks(cell.pair);
    if (cell.marks === marks) return;
    if (cell.marks) cell.element.classList.remove(...cell.marks.split(" "));
    if (marks) cell.element.classList.add(...marks.split(" "));
    if (marks.includes("chosen") || marks.includes("selected")) cell.element.setAttribute("aria-selected", "true");
    else cell.element.removeAttribute("aria-selected");
    cell.marks = marks;
  }

  remark() {
    for (const row of this.rows.values()) for (const cell of row.cells.values()) this.mark(cell);
  }

  more(cell, drawn) {
    if (drawn.more) {
      const more = cell.more ?? make("small");
      more.textContent = drawn.more;
      if (!cell.more) { cell.element.append(more); cell.more = more; }
    } else if (cell.more) { cell.more.remove(); cell.more = null; }
  }

  // Paint what is mounted anew; what did not change costs a comparison.
  refresh() {
    for (const row of this.rows.values()) row.stale = true;
    this.draw();
  }

  // Paint these rows only, by index.
  refreshRows(indexes) {
    for (const index of indexes) { const row = this.rows.get(index); if (row) { row.stale = true; this.mount(index, this.span); } }
  }

  totals() {
    for (const [index, row] of this.rows) row.total.textContent = this.source.rows[index].total ?? "";
  }

  cellAt(row, column) {
    return this.rows.get(row)?.cells.get(column)?.element ?? null;
  }

  // Which cell stands under a point of the window, or null.
  under(x, y) {
    const box = this.root.getBoundingClientRect();
    if (x < box.left + HEAD || x > box.right || y < box.top + TOP || y > box.bottom) return null;
    const left = x - box.left + this.root.scrollLeft, row = Math.floor((y - box.top - TOP + this.root.scrollTop) / this.size.height);
    const column = this.lefts.findIndex((start) => left >= start && left < start + this.size.width);
    return column < 0 || row < 0 || row >= this.source.rows.length ? null : { row, column, slot: this.slots[column].slot };
  }

  // Move the one tab stop; `reveal` scrolls it into view, clear of the heads.
  setFocus(row, column, { focus = true } = {}) {
    const to = { row: Math.max(0, Math.min(row, this.source.rows.length - 1)), column: Math.max(0, Math.min(column, this.slots.length - 1)) };
    const before = this.focus;
    this.focus = to;
    this.reveal(to.row, to.column);
    const old = this.cellAt(before.row, before.column);
    if (old) old.tabIndex = -1;
    if (!this.cellAt(to.row, to.column)) this.draw();
    const element = this.cellAt(to.row, to.column);
    if (element) element.tabIndex = 0;
    if (focus) element?.focus({ preventScroll: true });
  }

  reveal(row, column) {
    const { size, seen } = this, top = row * size.height, left = this.lefts[column], to = { ...seen };
    if (top < seen.top) to.top = top;
    else if (top + size.height > seen.top + this.view.height - TOP) to.top = top + size.height - this.view.height + TOP;
    if (left - HEAD < seen.left) to.left = left - HEAD;
    else if (left + size.width > seen.left + this.view.width) to.left = left + size.width - this.view.width;
    if (to.top === seen.top && to.left === seen.left) return;
    this.root.scrollTo(to);
    this.look();
  }

  columnOf(slot) {
    return this.slots.findIndex((column) => column.slot === slot);
  }

  // The part in sight, as shares of the whole, for the frame of the minimap.
  window() {
    const { root } = this;
    return {
      x: root.scrollLeft / Math.max(1, this.width - HEAD), y: root.scrollTop / Math.max(1, this.height),
      width: Math.min(1, (this.view.width - HEAD) / Math.max(1, this.width - HEAD)), height: Math.min(1, (this.view.height - TOP) / Math.max(1, this.height)),
    };
  }

  scrollToShare(x, y) {
    const { root } = this;
    root.scrollTo((this.width - HEAD) * x - (this.view.width - HEAD) / 2, this.height * y - (this.view.height - TOP) / 2);
  }

  resize(name) {
    this.size = SIZES[name];
    this.plain = new Map();
    this.narrow = new Map();
  }
}
