// How one cell looks and what it says: a meeting, a free place, or what a move would mean there.
import { isNamed } from "./sources.js";
import { verdict } from "./feasible.js";
import { sentence } from "./words.js";

const TOPICS = ["k1", "k2", "k3", "k4", "a4", "k6"], STATES = { set: "a2", new: "k4", pin: "k1", bad: "k6" };
const EMPTY = { className: "", text: "", more: "", pair: -1 };

export class Cells {
  constructor(page) {
    this.page = page;
    this.colour = "affinity";
  }

  // The topics of the version by how many meetings share them: the first ones have a colour each.
  topics() {
    const { board } = this.page;
    if (this.ranked?.board !== board) {
      const counts = new Map();
      for (const pair of board.pairs) if (pair.slot >= 0 && pair.topic) counts.set(pair.topic, (counts.get(pair.topic) ?? 0) + 1);
      const names = [...counts].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0])).slice(0, TOPICS.length).map(([name]) => name);
      this.ranked = { board, names, of: new Map(names.map((name, n) => [name, TOPICS[n]])) };
    }
    return this.ranked;
  }

  // The colour of a meeting by its name among the classes and the tokens.
  shade(index) {
    const { board, clashing } = this.page, pair = board.pairs[index];
    if (this.colour === "topic") return this.topics().of.get(pair.topic) ?? "k0";
    if (this.colour === "state") return STATES[clashing.has(index) ? "bad" : pair.pinned ? "pin" : this.isChanged(index) ? "new" : "set"];
    return `a${pair.level}`;
  }

  // What the colours mean, when it is not the scale of affinity: [shade, words].
  legend() {
    const { say } = this.page;
    if (this.colour === "topic") return [...this.topics().names.map((name, n) => [TOPICS[n], name]), ["k0", say("topic_other")]];
    return this.colour === "state" ? Object.entries(STATES).map(([name, shade]) => [shade, say(`state_${name}`)]) : [];
  }

  // One cell: its class, what it says and what is read out.
  cell(index, spot, host) {
    const { page } = this, { board, say, state, find } = page;
    if (state.mode === "moving") {
      const found = this.spotCell(index, spot, host);
      if (found) return found;
    }
    if (index < 0) return { ...EMPTY, label: (this.freeLabel ??= say("free_cell")) };
    const one = board.pairs[index], a = board.companies[one.a].name, b = board.companies[one.b].name;
    let text = one.a === host ? b : one.b === host ? a : `${a} · ${b}`;
    let label = (one.label ??= `${say("pair", { a: b, b: a })}, ${say("affinity", { level: one.level })}`);
    if (one.b === host) label = `${a}, ${label}`;
    let className = `meet ${this.shade(index)}`;
    const states = [];
    if (one.pinned) { className += " pinned"; states.push(say("pinned")); }
    if (page.clashing.has(index)) { className += " clash"; states.push(say("clash")); }
    if (this.isChanged(index)) { className += " new"; states.push(say("changed")); }
    label = [label, ...states].join(", ");
    if (find) className += isNamed(a, find) || isNamed(b, find) ? " found" : " dim";
    if (page.flashes.size && page.flashes.has(index)) { className += " flash"; text = `${page.flashes.get(index)} · ${text}`; label = `${page.flashes.get(index)} · ${label}`; }
    const more = page.size === "detail" ? this.more(one, states) : "";
    return { className, text, more, label: text.includes(" · ") ? `${text}, ${label}` : label, pair: index };
  }

  // The lines below the name where there is room: the process, then affinity, table and state.
  more(one, states) {
    const { board, say, mode } = this.page;
    const table = mode === "companies" && one.table >= 0 ? say("table_short", { table: board.tables[one.table].label }) : "";
    return [one.topic, [say("level_short", { level: one.level }), table, ...states].filter(Boolean).join(" · ")].filter(Boolean).join("\n");
  }

  // A cell while a meeting is in hand, where it says something about the move; else null.
  spotCell(index, spot, host) {
    const { page } = this, { board, say, state, fixed, mode } = page, moving = board.pairs[state.pair], { over } = state;
    const isRow = mode === "tables" ? !fixed.length || fixed.includes(spot.table) : host === moving.a || host === moving.b;
    const isOver = over && spot.slot === over.slot && spot.table === over.table && (mode === "tables" || isRow);
    if ((!isRow && !isOver) || spot.table < 0) return null;
    if (index >= 0 && !isOver && index !== state.pair && !fixed.length) return null;
    const found = verdict(board, moving, spot.slot, spot.table, state.known);
    if (found.kind === "here") return { className: `meet a${moving.level} from`, text: board.companies[moving.a === host ? moving.b : moving.a].name, more: "", label: `${board.companies[moving.b].name}, ${say("from")}`, pair: -1 };
    const shown = this.hint(found, isOver, isRow && (fixed.length > 0 || mode === "companies"), index < 0);
    if (!shown) return null;
    const named = index >= 0 ? page.names(index) : "", why = found.kind === "no" || found.kind === "reason" ? found.broken.slice(0, 1) : found.warnings ?? [];
    const partner = index >= 0 ? board.companies[board.pairs[index].a === host ? board.pairs[index].b : board.pairs[index].a].name : "";
    return {
      className: `hint ${shown.className}`, text: shown.text || partner, more: "", pair: -1,
      label: [shown.text || partner, found.kind === "swap" ? say("swap_here") : "", named, ...why.map((item) => sentence(say, board, item, spot.slot))].filter(Boolean).join(", "),
    };
  }

  hint(found, isOver, isRow, isFree) {
    const { say } = this.page;
    if (found.kind === "yes") return isOver ? { className: "drop", text: say("drop_here") } : { className: isRow ? "yes" : "yes quiet", text: say("free") };
    if (found.kind === "warn") return isOver ? { className: "drop warned", text: say("drop_here") } : { className: "warned", text: say("free") };
    if (found.kind === "swap") return { className: isOver ? "swap over" : "swap", text: isOver ? say("swap_here") : "" };
    if (isOver || (isRow && isFree)) return { className: found.kind === "reason" ? "asks" : "no", text: say(["available", "round_over", "table_closed"].includes(found.broken[0].rule) ? "unavailable" : "taken") };
    return null;
  }

  isChanged(index) {
    const { published, pairs } = this.page.board;
    if (!published) return false;
    const before = published.get(index), one = pairs[index];
    return one.slot >= 0 && (!before || before[0] !== one.slot || before[1] !== one.table);
  }
}
