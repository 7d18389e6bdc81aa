// Mouse, finger and keys on the grid: what they mean is told to the page.
import { drags } from "./drag.js";
import { commandOf } from "./keys.js";

export class Hands {
  constructor(page) {
    this.page = page;
    const { root } = page, grid = page.grid.root;
    drags(root, {
      pairOf: (target) => this.pairOf(target), start: (pair) => this.start(pair), over: (x, y, target) => this.over(x, y, target),
      drop: (x, y, target) => this.drop(x, y, target), cancel: () => { this.out(); page.dispatch({ type: "cancel" }); },
      scroller: () => grid, day: (element) => page.goDay(Number(element.dataset.day)),
    });
    grid.addEventListener("keydown", (event) => this.key(event));
    grid.addEventListener("focusin", (event) => this.focus(event));
    grid.addEventListener("click", (event) => this.click(event));
    grid.addEventListener("contextmenu", (event) => {
      const pair = this.pairOf(event.target);
      if (pair >= 0) { event.preventDefault(); page.choices.open(pair, event.clientX, event.clientY); } else this.head(event);
    });
    grid.addEventListener("pointermove", (event) => { if (page.state.mode === "moving" && page.state.way !== "drag") this.over(event.clientX, event.clientY, event.target); }, { passive: true });
    addEventListener("keydown", (event) => this.anywhere(event));
  }

  pairOf(target) {
    const card = target.closest?.(".b-card");
    if (card) return target.closest("button") ? -1 : Number(card.dataset.pair);
    const cell = target.closest?.(".b-cell"), here = cell && this.placeOf(cell);
    return here ? this.page.source.pair(here.row, here.slot) : -1;
  }

  placeOf(element) {
    const row = Number(element.parentElement.getAttribute("aria-rowindex")) - 2, column = Number(element.getAttribute("aria-colindex")) - 2;
    const { slots } = this.page.grid;
    return slots[column] ? { row, column, slot: slots[column].slot } : null;
  }

  start(pair) {
    const { page } = this;
    if (page.state.mode !== "idle" && page.state.mode !== "moving") return false;
    if (page.board.pairs[pair].pinned) { page.choices.pick(pair); return false; }
    if (page.state.mode === "moving") page.dispatch({ type: "cancel" });
    page.dispatch({ type: "pick", pair, way: "drag" });
    return page.state.mode === "moving";
  }

  over(x, y, target) {
    const { page } = this;
    page.pointer = { x, y };
    page.isOverTray = Boolean(target?.closest?.("[data-side]")) && page.state.way === "drag";
    page.part("side").classList.toggle("over", page.isOverTray);
    const here = page.grid.under(x, y);
    if (here) page.dispatch({ type: "over", ...page.source.spot(here.row, here.slot) });
    else if (page.state.over) page.dispatch({ type: "out" });
    page.hover.draw();
  }

  out() {
    const { page } = this;
    page.part("side").classList.remove("over");
    page.isOverTray = false;
    page.pointer = null;
  }

  drop(x, y, target) {
    const { page } = this, here = page.grid.under(x, y);
    this.out();
    if (here) page.dispatch({ type: "drop", ...page.source.spot(here.row, here.slot) });
    else page.dispatch({ type: target?.closest?.("[data-side]") ? "tray" : "cancel" });
    page.hover.draw();
  }

  click(event) {
    const { page } = this, cell = event.target.closest(".b-cell"), here = cell && this.placeOf(cell);
    if (!here) { this.head(event); return; }
    if (page.state.mode === "moving") { page.dispatch({ type: "drop", ...page.source.spot(here.row, here.slot) }); page.hover.draw(); return; }
    const pair = page.source.pair(here.row, here.slot), began = performance.now();
    if (event.ctrlKey || event.metaKey) page.choose(pair);
    else {
      page.chosen.clear();
      page.bar();
      if (pair < 0) page.select(-1);
      else page.openDetail(pair, false);
    }
    page.grid.setFocus(here.row, here.column);  // last: what stands out and the focus are laid out together
    if (pair >= 0 && event.pointerType === "touch") page.choices.open(pair, event.clientX, event.clientY);
    requestAnimationFrame(() => setTimeout(() => performance.measure("board-highlight", { start: began })));
  }

  // The head of a row or a column stands for all its meetings.
  head(event) {
    const { page } = this, row = event.target.closest(".b-rowhead"), column = event.target.closest(".b-head");
    if (page.state.mode === "moving" || (!row && !column)) return;
    event.preventDefault();
    const group = row ? page.source.group(Number(row.parentElement.getAttribute("aria-rowindex")) - 2)
      : page.columnGroup(page.grid.slots[Number(column.getAttribute("aria-colindex")) - 2].slot);
    page.choices.openGroup(group, event.clientX, event.clientY);
  }

  focus(event) {
    const { grid } = this.page, cell = event.target.closest(".b-cell"), here = cell && this.placeOf(cell);
    if (here && (here.row !== grid.focus.row || here.column !== grid.focus.column)) grid.setFocus(here.row, here.column, { focus: false });
  }

  anywhere(event) {
    const { page } = this;
    if (event.defaultPrevented || event.target.closest("dialog, input, textarea, select, .b-menu")) return;
    if (event.key === "Escape" && page.state.mode === "moving") page.dispatch({ type: "cancel" });
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") { event.preventDefault(); page.command(event.shiftKey ? "redo" : "undo"); }
    else if (event.key === "?" && !event.ctrlKey && !event.metaKey && event.target.closest("[data-board]")) page.choices.help();
  }

  key(event) {
    const { page } = this, { grid, choices, chosen } = page;
    const moving = page.state.mode === "moving", meant = commandOf(event, moving);
    if (!meant || (event.target !== grid.root && !event.target.closest(".b-cell"))) return;
    event.preventDefault();
    event.stopPropagation();
    const { row, column } = grid.focus, slot = grid.slots[column]?.slot, pair = slot === undefined ? -1 : page.source.pair(row, slot);
    const many = chosen.size ? [...chosen] : pair >= 0 ? [pair] : [];
    const acts = {
      go: () => { chosen.clear(); page.bar(); grid.setFocus(row + meant.dy, column + meant.dx); },
      extend: () => this.extend(pair, meant),
      edge: () => grid.setFocus(row, meant.end ? Infinity : 0),
      corner: () => grid.setFocus(meant.end ? Infinity : 0, meant.end ? Infinity : 0),
      open: () => { if (pair >= 0) page.openDetail(pair); },
      menu: () => { if (pair >= 0) { const box = grid.cellAt(row, column).getBoundingClientRect(); choices.open(pair, box.left, box.bottom); } },
      leave: () => { chosen.clear(); page.select(-1); page.refresh(); page.bar(); },
      move: () => { if (pair >= 0) choices.pick(pair); },
      swap: () => { if (pair >= 0) choices.pick(pair, true); },
      pin: () => { if (many.length) page.command(many.every((one) => page.board.pairs[one].pinned) ? "unpin" : "pin", many); },
      unschedule: () => { if (moving) page.dispatch({ type: "tray" }); else if (many.length) page.command("unschedule", many); },
      undo: () => page.command("undo"), redo: () => page.command("redo"), help: () => choices.help(), day: () => page.goDay(page.day + meant.by),
      candidate: () => { page.pointer = null; page.dispatch({ type: "step", dx: meant.dx, dy: meant.dy }); this.follow(); },
      drop: () => { page.dispatch({ type: "drop" }); page.hover.draw(); },
      cancel: () => { const back = page.state.pair; page.dispatch({ type: "cancel" }); page.hover.hide(); page.focusOn(back); },
    };
    acts[meant.act]?.();
  }

  extend(pair, { dx, dy }) {
    const { page } = this, { grid, chosen } = page;
    if (pair >= 0 && !chosen.has(pair)) page.choose(pair);
    grid.setFocus(grid.focus.row + dy, grid.focus.column + dx);
    const now = page.source.pair(grid.focus.row, grid.slots[grid.focus.column].slot);
    if (now >= 0 && !chosen.has(now)) page.choose(now);
  }

  // The focus goes with the candidate, so that readers and magnifiers follow.
  follow() {
    const { grid, state: { over }, mode, hover } = this.page;
    if (!over) return;
    grid.setFocus(mode === "tables" ? over.table : grid.focus.row, grid.columnOf(over.slot));
    hover.draw();
  }
}
