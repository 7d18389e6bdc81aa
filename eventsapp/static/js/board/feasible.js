// Where a meeting could be held, told from the data in the page. Pure; the same rules in the same order as services/spots.py,
// which has the last word.
import { at, busyAt } from "./data.js";

// Every rule that a slot breaks for two desks, whatever the table; `aside` is a pair that is thought away.
export function brokenAt(board, pair, slot, da, db, aside = -1) {
  const found = [], own = pair.index;
  const other = (held) => held >= 0 && held !== own && held !== aside;
  const add = (rule, company, most) => found.push({ rule, company, most });
  if (pair.slots && !pair.slots.has(slot)) add("allowed_slots", -1);
  for (const desk of [da, db]) if (board.away.get(desk)?.has(slot)) add("available", board.deskCompany[desk]);
  for (const desk of [da, db]) if (other(busyAt(board, desk, slot))) add("desk_busy", board.deskCompany[desk]);
  if (board.persons.size) {
    const persons = [board.deskPerson[da], board.deskPerson[db]];
    if (persons[0] !== undefined && persons[0] === persons[1]) add("person_busy", board.deskCompany[da]);
    persons.forEach((person, end) => {
      if (person !== undefined && board.persons.get(person).some((desk) => other(busyAt(board, desk, slot))))
        add("person_busy", board.deskCompany[end ? db : da]);
    });
  }
  for (const index of [pair.a, pair.b]) {
    const { most } = board.companies[index];
    if (most !== null && count(board, index, own, aside) + 1 > most) add("max_meetings", index, most);
  }
  for (const index of [pair.a, pair.b]) {
    const { perDay } = board.companies[index];
    if (perDay !== null && count(board, index, own, aside, board.slots[slot].day) + 1 > perDay) add("max_per_day", index, perDay);
  }
  for (const desk of [da, db]) {
    const { rest } = board.companies[board.deskCompany[desk]];
    if (rest !== null && tires(board, desk, slot, rest, other)) add("max_consecutive", board.deskCompany[desk], rest);
  }
  for (const before of pair.after) if (other(before) && board.pairs[before].slot >= slot) add("precedence", -1);
  for (const after of pair.before) if (other(after) && board.pairs[after].slot >= 0 && board.pairs[after].slot <= slot) add("precedence", -1);
  return found;
}

function count(board, company, own, aside, day = -1) {
  let held = 0;
  for (const index of board.companies[company].pairs)
    if (index !== own && index !== aside && (day < 0 || board.slots[board.pairs[index].slot].day === day)) held += 1;
  return held;
}

// Whether a meeting there is among the first too many in a row of one stretch.
function tires(board, desk, slot, most, other) {
  const { block } = board.slots[slot];
  const isBusy = (index) => board.slots[index]?.block === block && other(busyAt(board, desk, index));
  let before = 0, after = 0;
  while (isBusy(slot - before - 1)) before += 1;
  while (isBusy(slot + after + 1)) after += 1;
  return before + 1 + after > most && before <= most;
}

const RANK = ["allowed_slots", "available", "desk_busy", "person_busy", "table_needed", "table_closed", "table_busy", "fixed_table", "max_meetings", "max_per_day", "max_consecutive", "precedence"];
const rankOf = Object.fromEntries(RANK.map((rule, number) => [rule, number]));

// The pairs of desks that could sit there, the present one first.
export function desksOf(board, pair) {
  const a = board.companies[pair.a], b = board.companies[pair.b], found = [];
  for (let one = 0; one < a.desks; one += 1)
    for (let two = 0; two < b.desks; two += 1) found.push([a.first + one, b.first + two]);
  const here = found.findIndex(([da, db]) => da === pair.da && db === pair.db);
  if (here > 0) found.unshift(...found.splice(here, 1));
  return found;
}

function withTable(board, pair, slot, table, [da, db], base, aside) {
  const held = at(board, slot, table);
  const more = [];
  if (table < 0) more.push({ rule: "table_needed", company: -1 });
  else if (board.shut.get(table)?.has(slot)) more.push({ rule: "table_closed", company: -1, table });
  else if (held >= 0 && held !== pair.index && held !== aside) more.push({ rule: "table_busy", company: -1, table });
  for (const desk of [da, db]) {
    const fixed = board.deskTable[desk];
    if (fixed >= 0 && fixed !== table) more.push({ rule: "fixed_table", company: board.deskCompany[desk], table: fixed });
  }
  if (!more.length) return base;
  const second = (item) => (item.company === pair.b ? 1 : 0);
  return [...base, ...more].sort((one, other) => rankOf[one.rule] - rankOf[other.rule] || second(one) - second(other));
}

// The rules of a whole meeting against one spot: { broken: [first rule in the way, …], desks }. None broken: it is possible.
export function judge(board, pair, slot, table, aside = -1, known = null) {
  if (board.slots[slot].minute <= board.now) return { broken: [{ rule: "round_over", company: -1 }], desks: null };
  let best = null;
  for (const desks of desksOf(board, pair)) {
    const key = `${slot}:${desks}`;
    let base = known?.get(key);
    if (!base) {
      base = brokenAt(board, pair, slot, desks[0], desks[1], aside);
      known?.set(key, base);
    }
    const broken = withTable(board, pair, slot, table, desks, base, aside);
    if (!best || broken.length < best.broken.length) best = { broken, desks };
    if (!broken.length) break;
  }
  return best;
}

// What the page says of a spot: here, yes, warn (possible, with a word), reason (only with one), swap, or no.
export function verdict(board, pair, slot, table, known = null) {
  if (pair.slot === slot && pair.table === table) return { kind: "here", broken: [] };
  if (pair.stale) return { kind: "no", broken: [{ rule: "no_longer_asked", company: -1 }] };
  const { broken, desks } = judge(board, pair, slot, table, -1, known);
  if (!broken.length) {
    const warnings = warningsOf(board, pair, slot, table, desks);
    return { kind: warnings.length ? "warn" : "yes", broken, desks, warnings };
  }
  const held = at(board, slot, table);
  if (held >= 0 && held !== pair.index && canSwap(board, pair, board.pairs[held])) return { kind: "swap", broken, with: held };
  return { kind: broken.every((item) => item.rule === "available") ? "reason" : "no", broken, desks };
}

// Whether two meetings could change places.
export function canSwap(board, one, other) {
  if (one.slot < 0 || other.slot < 0 || one.index === other.index || one.pinned || other.pinned || one.stale || other.stale) return false;
  if (one.slot === other.slot && one.table === other.table) return false;
  return !judge(board, one, other.slot, other.table, other.index).broken.length
    && !judge(board, other, one.slot, one.table, one.index).broken.length;
}

// Every spot where a pair could go now, in time order: { slot, table }.
export function spotsOf(board, pair) {
  const found = [];
  if (pair.stale) return found;
  const choices = desksOf(board, pair);
  for (let slot = 0; slot < board.slots.length; slot += 1) {
    if (board.slots[slot].minute <= board.now) continue;
    const good = choices.filter(([da, db]) => isFree(board, pair, slot, da, db) && !brokenAt(board, pair, slot, da, db).length);
    if (!good.length) continue;
    const tables = new Set();
    for (const [da, db] of good) {
      const fixed = [board.deskTable[da], board.deskTable[db]].filter((table) => table >= 0);
      if (fixed.length) { if (fixed.every((table) => table === fixed[0])) tables.add(fixed[0]); } else for (const table of board.tables) tables.add(table.index);
    }
    for (const table of [...tables].sort((one, two) => one - two)) {
      const held = at(board, slot, table);
      if (held < 0 && !board.shut.get(table)?.has(slot)) found.push({ slot, table });
    }
  }
  return found;
}

// The quick half of brokenAt: most slots fall here.
function isFree(board, pair, slot, da, db) {
  const one = busyAt(board, da, slot), two = busyAt(board, db, slot);
  return (one < 0 || one === pair.index) && (two < 0 || two === pair.index);
}

// The table that a slot would give: the present one, the fixed one, else the first free one.
export function tableFor(board, pair, slot) {
  const fixed = desksOf(board, pair).flat().map((desk) => board.deskTable[desk]).filter((table) => table >= 0);
  const free = board.tables.filter((table) => at(board, slot, table.index) < 0).map((table) => table.index);
  const tried = [...new Set([...(pair.table >= 0 ? [pair.table] : []), ...fixed, ...free])];
  const good = tried.find((table) => !(pair.slot === slot && pair.table === table) && !judge(board, pair, slot, table).broken.length);
  return good ?? tried[0] ?? -1;
}

// What is allowed and yet worth a word: a guest without a pause, a host who would change tables.
function warningsOf(board, pair, slot, table, [da, db]) {
  const found = [];
  for (const desk of [da, db]) {
    const company = board.deskCompany[desk];
    if (board.deskTable[desk] < 0 && board.companies[company].side === "s" && runWith(board, desk, slot, pair.index) >= 3)
      found.push({ rule: "no_pause", company });
  }
  if (pair.slot >= 0)
    for (const desk of [da, db]) {
      if (board.deskTable[desk] < 0 && tableChanges(board, desk, pair, { slot, table }) > tableChanges(board, desk, pair, pair))
        found.push({ rule: "other_table", company: board.deskCompany[desk] });
    }
  const { day } = board.slots[slot], host = pair.a;
  if (board.deskTable[da] < 0 && board.companies[host].side === "b") {
    const elsewhere = [...board.companies[host].pairs].filter((index) => index !== pair.index && board.slots[board.pairs[index].slot].day === day);
    if (!found.some((item) => item.company === host) && elsewhere.length > 1 && elsewhere.every((index) => board.pairs[index].table === board.pairs[elsewhere[0]].table) && board.pairs[elsewhere[0]].table !== table)
      found.push({ rule: "other_table", company: host });
  }
  return found;
}

// How often somebody changes tables on the days concerned, when a pair sits at a place.
function tableChanges(board, desk, pair, place) {
  const days = new Set([board.slots[pair.slot].day, board.slots[place.slot].day]);
  const visits = [...board.companies[board.deskCompany[desk]].pairs].map((index) => board.pairs[index])
    .filter((one) => one.index !== pair.index && (one.da === desk || one.db === desk) && days.has(board.slots[one.slot].day));
  const seats = [...visits, place].sort((one, other) => one.slot - other.slot);
  return seats.filter((seat, n) => n && board.slots[seat.slot].day === board.slots[seats[n - 1].slot].day && seat.table !== seats[n - 1].table).length;
}

function runWith(board, desk, slot, own) {
  const { block } = board.slots[slot];
  const isBusy = (index) => { const held = board.slots[index]?.block === block ? busyAt(board, desk, index) : -1; return held >= 0 && held !== own; };
  let length = 1;
  for (let index = slot - 1; isBusy(index); index -= 1) length += 1;
  for (let index = slot + 1; isBusy(index); index += 1) length += 1;
  return length;
}

// How many more rounds each company would wait between meetings on the days concerned: [{company, rounds}].
export function waits(board, pair, slot) {
  return [pair.a, pair.b].map((company) => {
    const days = new Set([board.slots[slot].day, ...(pair.slot >= 0 ? [board.slots[pair.slot].day] : [])]);
    let change = 0;
    for (const day of days) {
      const now = [...board.companies[company].pairs].map((index) => board.pairs[index].slot).filter((held) => board.slots[held].day === day);
      const then = now.filter((held) => held !== pair.slot);
      if (board.slots[slot].day === day) then.push(slot);
      change += gaps(then) - gaps(now);
    }
    return { company, rounds: change };
  }).filter((wait) => wait.rounds > 0);
}

const gaps = (slots) => (slots.length ? Math.max(...slots) - Math.min(...slots) + 1 - new Set(slots).size : 0);

// How many people are told when what is published changes.
export const told = (board, pair, desks) => (board.told ? desks.reduce((sum, desk) => sum + (board.deskPeople[desk] ?? 0), 0) : 0);
