// The version as the page holds it: decoded once from compact columns, then kept up to date change by change.
// Pairs, slots, tables, companies and desks go by index; -1 is none. The other end is web/organizer/board_data.py.

export function decode(raw) {
  const slotCount = raw.slots.length, tableCount = raw.tables.length, count = raw.pairs.a.length;
  const companies = [], deskCompany = [];
  raw.companies.number.forEach((number, index) => {
    const first = deskCompany.length;
    for (let n = 0; n < raw.companies.desks[index]; n += 1) deskCompany.push(index);
    companies.push({
      index, number, name: raw.companies.name[index], side: raw.companies.side[index], most: raw.companies.most[index],
      perDay: raw.companies.day[index], rest: raw.companies.rest[index], first, desks: raw.companies.desks[index],
      pairs: new Set(),
    });
  });
  const away = new Map(Object.entries(raw.desks.away).map(([desk, slots]) => [Number(desk), new Set(slots)]));
  const board = {
    number: raw.number, edit: raw.edit, draft: raw.draft, can: raw.can, told: raw.told, now: raw.now,
    undo: raw.undo, redo: raw.redo, here: raw.here,
    slots: raw.slots.map(([minute, day, block, starts, ends], index) => ({ index, minute, day, block, starts, ends })),
    days: raw.days.map(([date, label], index) => ({ index, date, label, columns: [], slots: [] })),
    tables: raw.tables.map(([label, room], index) => ({ index, label, room })),
    shut: new Map(Object.entries(raw.shut).map(([table, slots]) => [Number(table), new Set(slots)])),
    companies, deskCompany,
    deskTable: raw.desks.table,
    deskPerson: Object.fromEntries(Object.entries(raw.desks.person).map(([desk, person]) => [Number(desk), person])),
    deskPeople: raw.desks.people,
    away,
    topics: raw.topics,
    pairs: raw.pairs.a.map((a, index) => ({
      index, a, b: raw.pairs.b[index], value: raw.pairs.value[index], level: raw.pairs.level[index],
      topic: raw.topics[raw.pairs.topic[index]], slot: -1, table: -1, da: -1, db: -1, pinned: false, must: false, stale: false,
      slots: raw.pairs.slots[index] ? new Set(raw.pairs.slots[index]) : null, after: raw.pairs.after[index] ?? [], before: [],
    })),
    left: new Map(Object.entries(raw.left).map(([pair, why]) => [Number(pair), why])),
    clashes: raw.clashes.map(([text, pairs]) => ({ text, pairs })),
    published: raw.published && new Map(raw.published.pair.map((pair, n) => [pair, [raw.published.slot[n], raw.published.table[n]]])),
    cell: new Int32Array(slotCount * tableCount).fill(-1),
    busy: new Int32Array(deskCompany.length * slotCount).fill(-1),
    byNumbers: new Map(), slotOf: new Map(), tableOf: new Map(), companyOf: new Map(), persons: new Map(), hostOf: [],
  };
  for (const company of companies) board.companyOf.set(company.number, company);
  for (const slot of board.slots) { board.slotOf.set(slot.minute, slot.index); board.days[slot.day].slots.push(slot.index); }
  for (const table of board.tables) board.tableOf.set(table.label, table.index);
  const breaks = new Map(raw.breaks);
  for (const day of board.days)
    for (const slot of day.slots) {
      if (breaks.has(slot)) day.columns.push({ kind: "break", label: breaks.get(slot) });
      day.columns.push({ kind: "slot", slot });
    }
  for (const [desk, person] of Object.entries(board.deskPerson)) {
    const known = board.persons.get(person) ?? [];
    board.persons.set(person, [...known, Number(desk)]);
  }
  for (const index of raw.pairs.must) board.pairs[index].must = true;
  for (const index of raw.pairs.stale) board.pairs[index].stale = true;
  for (const pair of board.pairs) {
    board.byNumbers.set(`${companies[pair.a].number}:${companies[pair.b].number}`, pair.index);
    for (const other of pair.after) board.pairs[other].before.push(pair.index);
  }
  for (let index = 0; index < count; index += 1) {
    const slot = raw.pairs.slot[index];
    if (slot < 0) continue;
    const pair = board.pairs[index];
    const [da, db] = raw.pairs.desks[index] ?? [companies[pair.a].first, companies[pair.b].first];
    put(board, index, { slot, table: raw.pairs.table[index], da, db, pinned: false });
  }
  for (const index of raw.pairs.pinned) board.pairs[index].pinned = true;
  board.deskTable.forEach((table, desk) => { if (table >= 0) board.hostOf[table] = deskCompany[desk]; });
  return board;
}

// Where a pair is, or null.
export const placeOf = (pair) => (pair.slot < 0 ? null : { slot: pair.slot, table: pair.table, da: pair.da, db: pair.db, pinned: pair.pinned });

// Put a pair somewhere, or nowhere (null); `why` is then the reason.
export function put(board, index, place, why = "") {
  const pair = board.pairs[index], slots = board.slots.length, tables = board.tables.length;
  const mark = (value) => {
    if (pair.table >= 0 && (value >= 0 || board.cell[pair.slot * tables + pair.table] === index)) board.cell[pair.slot * tables + pair.table] = value;
    for (const desk of [pair.da, pair.db]) if (value >= 0 || board.busy[desk * slots + pair.slot] === index) board.busy[desk * slots + pair.slot] = value;
  };
  if (pair.slot >= 0) {
    mark(-1);
    board.companies[pair.a].pairs.delete(index);
    board.companies[pair.b].pairs.delete(index);
  }
  Object.assign(pair, place ?? { slot: -1, table: -1, da: -1, db: -1, pinned: false });
  if (pair.slot >= 0) {
    mark(index);
    board.companies[pair.a].pairs.add(index);
    board.companies[pair.b].pairs.add(index);
    board.left.delete(index);
  } else board.left.set(index, why);
}

export const at = (board, slot, table) => (table < 0 ? -1 : board.cell[slot * board.tables.length + table]);
export const busyAt = (board, desk, slot) => board.busy[desk * board.slots.length + slot];

// Take in steps of the server: [numberA, numberB, [minute, label, [deskA, deskB], pinned] | null, why]. Gives the pairs that
// changed, or null when they speak of something this page does not know: then it is loaded anew.
export function take(board, steps) {
  const changed = [];
  for (const step of steps) {
    if (step.edit <= board.edit) continue;
    for (const [company, desk, minute, isOpen] of step.opened) {
      const known = board.companyOf.get(company), slot = board.slotOf.get(minute);
      if (!known || slot === undefined) return null;
      const key = known.first + desk - 1, closed = board.away.get(key) ?? new Set();
      if (isOpen) closed.delete(slot); else closed.add(slot);
      board.away.set(key, closed);
    }
    const rows = step.changes.map(([a, b, place, why]) => {
      const index = board.byNumbers.get(`${a}:${b}`) ?? board.byNumbers.get(`${b}:${a}`);
      return { index, turned: !board.byNumbers.has(`${a}:${b}`), a: board.companyOf.get(a), b: board.companyOf.get(b), place, why };
    });
    if (rows.some((row) => row.index === undefined)) return null;
    for (const row of rows) put(board, row.index, null, row.why ?? "");
    for (const row of rows) {
      if (!row.place) { changed.push({ pair: row.index, step }); continue; }
      const [minute, label, desks, pinned] = row.place;
      const slot = board.slotOf.get(minute), table = board.tableOf.get(label) ?? -1;
      if (slot === undefined) return null;
      const seated = [row.a.first + desks[0] - 1, row.b.first + desks[1] - 1];
      if (row.turned) seated.reverse();
      put(board, row.index, { slot, table, da: seated[0], db: seated[1], pinned });
      changed.push({ pair: row.index, step });
    }
    board.edit = step.edit;
  }
  return changed;
}

// What the version changes against what is published: new, moved, cancelled.
export function differences(board) {
  if (!board.published) return [];
  const found = [];
  for (const pair of board.pairs) {
    const before = board.published.get(pair.index);
    if (!before && pair.slot >= 0) found.push({ pair: pair.index, kind: "added" });
    else if (before && pair.slot < 0) found.push({ pair: pair.index, kind: "cancelled", before });
    else if (before && (before[0] !== pair.slot || before[1] !== pair.table)) found.push({ pair: pair.index, kind: "moved", before });
  }
  return found;
}

// Names as they are searched: without accents and case.
export const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
