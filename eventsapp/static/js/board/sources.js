// What the grid shows: rows of tables, or rows of companies, by the rounds of a day.
import { at, folded } from "./data.js";

export class Sources {
  // page: the board (see board.js)
  constructor(page) {
    this.page = page;
    this.best = null;
  }

  of(mode) { return mode === "tables" ? this.tables() : this.companies(); }

  load(slot) {
    const { board, say } = this.page;
    let used = 0;
    for (let table = 0; table < board.tables.length; table += 1) if (at(board, slot, table) >= 0) used += 1;
    return { label: board.slots[slot].starts, load: board.tables.length ? used / board.tables.length : 0, words: say("load", { used, all: board.tables.length }) };
  }

  // Who sits at a table all day: the company whose fixed table it is, else the one that all its meetings share.
  hosts() {
    const { board, day } = this.page;
    return board.tables.map((table) => {
      if (board.hostOf[table.index] !== undefined) return board.hostOf[table.index];
      const held = board.days[day].slots.map((slot) => at(board, slot, table.index)).filter((pair) => pair >= 0).map((pair) => board.pairs[pair]);
      if (!held.length) return -1;
      return [held[0].a, held[0].b].find((company) => held.every((pair) => pair.a === company || pair.b === company)) ?? -1;
    });
  }

  tables() {
    const { page } = this, { board, say, cells } = page, day = board.days[page.day], hosts = this.hosts();
    const named = (table) => (board.shut.get(table.index)?.has(day.slots.at(-1)) ? say("table_shut") : board.companies[hosts[table.index]]?.name ?? table.room);
    return {
      rows: board.tables.map((table) => ({ number: table.label, label: named(table), total: day.slots.filter((slot) => at(board, slot, table.index) >= 0).length })),
      columns: day.columns, head: say("corner_tables"), total: say("total"), load: (slot) => this.load(slot),
      pair: (row, slot) => at(board, slot, row), spot: (row, slot) => ({ slot, table: row }), rowOf: (pair) => board.pairs[pair].table,
      describe: (row, slot) => cells.cell(at(board, slot, row), { slot, table: row }, hosts[row]),
      isMarked: (row) => page.state.mode === "moving" && page.fixed.includes(row),
      group: (row) => page.tableGroup(row),
    };
  }

  companies() {
    const { page } = this, { board, say, cells } = page, day = board.days[page.day];
    const shown = board.companies.filter((company) => company.pairs.size).sort((one, other) => one.side.localeCompare(other.side) || one.name.localeCompare(other.name, document.documentElement.lang));
    const index = new Map(shown.map((company, row) => [company.index, row]));
    const held = (row, slot) => [...shown[row].pairs].find((pair) => board.pairs[pair].slot === slot) ?? -1;
    return {
      rows: shown.map((company) => ({ number: "", label: company.name, total: [...company.pairs].filter((pair) => page.isToday(board.pairs[pair].slot)).length })),
      columns: day.columns, head: say("corner_companies"), total: say("total"), load: (slot) => this.load(slot),
      pair: held, rowOf: (pair) => index.get(board.pairs[pair].b) ?? 0,
      spot: (row, slot) => this.spotFor(shown[row].index, slot),
      describe: (row, slot) => cells.cell(held(row, slot), this.spotFor(shown[row].index, slot), shown[row].index),
      isMarked: (row) => page.state.mode === "moving" && [board.pairs[page.state.pair].a, board.pairs[page.state.pair].b].includes(shown[row].index),
      group: (row) => page.companyGroup(shown[row].index),
    };
  }

  // In rows of companies a round stands for its best table.
  spotFor(company, slot) {
    const { state, board } = this.page;
    if (state.mode !== "moving") return { slot, table: -1 };
    const pair = board.pairs[state.pair];
    if (pair.a !== company && pair.b !== company) return { slot, table: -1 };
    this.best ??= new Map();
    if (!this.best.has(slot)) this.best.set(slot, state.spots.find((spot) => spot.slot === slot)?.table ?? pair.table);
    return { slot, table: this.best.get(slot) };
  }
}

// Does a name hold what is looked for?
export const isNamed = (name, find) => folded(name).includes(find);
