// The card beside the pointer while a meeting is in hand: what the place under it would mean.
import { told, waits } from "./feasible.js";
import { h, icon } from "./dom.js";
import { sentence } from "./words.js";

const KINDS = { yes: ["ok", "circle-check"], warn: ["warn", "alert-triangle"], swap: ["info", "arrows-exchange"], reason: ["warn", "key"], no: ["bad", "ban"] };

export class Hover {
  constructor(page, place) {
    this.page = page;
    this.place = place;
  }

  hide() { this.place.hidden = true; }

  draw() {
    const { state, board, pointer, isOverTray } = this.page, { verdict: found, over } = state;
    if (state.mode !== "moving" || (!isOverTray && (!found || !over || found.kind === "here"))) { this.hide(); return; }
    const pair = board.pairs[state.pair], { say } = this.page;
    this.place.replaceChildren(h("p", {}, h("b", {}, board.companies[pair.b].name)), h("p", {}, say("with", { name: board.companies[pair.a].name }), pair.topic && ` · ${pair.topic}`),
      isOverTray ? this.leaving(pair) : this.meaning(found, over, pair));
    this.place.hidden = false;
    const { x, y } = pointer ?? this.centre();
    this.place.style.transform = `translate(${Math.min(x + 16, innerWidth - 290)}px, ${Math.min(y + 20, innerHeight - this.place.offsetHeight - 8)}px)`;
  }

  centre() {
    const { grid, mode, state: { over } } = this.page;
    const cell = over && grid.cellAt(mode === "tables" ? over.table : grid.focus.row, grid.columnOf(over.slot))?.getBoundingClientRect();
    return cell ? { x: cell.left + 20, y: cell.bottom - 16 } : { x: innerWidth / 2, y: innerHeight / 2 };
  }

  box([kind, name], lines) {
    return h("div", { className: `b-verdict ${kind}` }, icon(name), h("div", {}, ...lines.filter(Boolean).map((line) => h("p", {}, line))));
  }

  // Over "Sin lugar": what is lost.
  leaving(pair) {
    const { board, say } = this.page;
    if (pair.slot < 0) return this.box(KINDS.no, [say("no_place")]);
    return this.box(KINDS[pair.must ? "warn" : "swap"], [say("remove"), pair.must && say("must_lost"), this.people(pair, [pair.da, pair.db])]);
  }

  people(pair, desks) {
    const people = told(this.page.board, pair, desks ?? [pair.da, pair.db].filter((desk) => desk >= 0));
    return people ? this.page.say("told", { num: people }) : "";
  }

  meaning(found, over, pair) {
    const { board, say, names, where } = this.page, there = where(over.slot, over.table);
    if (found.kind === "swap") {
      const other = board.pairs[found.with];
      return this.box(KINDS.swap, [say("verdict_swap", { where: there, name: names(found.with) }), board.told && say("told", { num: told(board, pair, [pair.da, pair.db]) + told(board, other, [other.da, other.db]) })]);
    }
    if (found.kind === "no") return this.box(KINDS.no, [sentence(say, board, found.broken[0], over.slot)]);
    if (found.kind === "reason") return this.box(KINDS.reason, [sentence(say, board, found.broken[0], over.slot), say("verdict_reason"), this.people(pair, found.desks)]);
    const waiting = waits(board, pair, over.slot);
    return this.box(KINDS[found.kind], [
      say("verdict_free", { where: there }), ...found.warnings.map((item) => sentence(say, board, item, over.slot)),
      waiting.length ? waiting.map(({ company, rounds }) => say("waits", { company: board.companies[company].name, num: rounds })).join(" ") : say("no_waits"),
      this.people(pair, found.desks),
    ]);
  }
}
