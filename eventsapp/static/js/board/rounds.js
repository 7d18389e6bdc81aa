// The phone's board: one round at a time, a card for each table, and a list of possible spots instead of a grid.
import { at, folded } from "./data.js";
import { button, h, icon } from "./dom.js";

export class Rounds {
  constructor(root, ask) {
    this.root = root;
    this.ask = ask;
    this.slot = 0;
    this.query = "";
    const { say } = ask;
    this.title = h("h2", { className: "b-round-title", "aria-live": "polite" });
    const turn = (name, label, by) => h("button", { type: "button", className: "button", "aria-label": label, onclick: () => this.go(this.slot + by) }, icon(name));
    this.search = h("input", { type: "search", className: "input", "aria-label": say("search"), placeholder: say("search"), maxLength: 200, oninput: () => { this.query = folded(this.search.value.trim()); this.draw(); } });
    this.list = h("ul", { className: "b-round-list" });
    root.append(h("div", { className: "b-round-head" }, turn("chevron-left", say("round_before"), -1), this.title, turn("chevron-right", say("round_after"), 1)),
      h("div", { className: "with-icon" }, icon("search"), this.search), this.list);
  }

  go(slot) {
    this.slot = Math.max(0, Math.min(slot, this.ask.board.slots.length - 1));
    this.ask.dayChanged(this.ask.board.slots[this.slot].day);
    this.draw();
  }

  draw() {
    const { board, say } = this.ask, slot = board.slots[this.slot];
    if (!slot) return;
    this.title.replaceChildren(h("span", { className: "soft" }, board.days[slot.day].label), h("b", {}, `${slot.starts}–${slot.ends}`));
    const rows = board.tables.map((table) => ({ table, index: at(board, this.slot, table.index) })).filter(({ table, index }) => !this.query
      || (index >= 0 && [board.pairs[index].a, board.pairs[index].b].some((company) => folded(board.companies[company].name).includes(this.query))) || folded(table.label) === this.query);
    this.list.replaceChildren(...rows.map(({ table, index }) => this.card(table, index)));
    if (!rows.length) this.list.append(h("li", { className: "soft b-empty" }, say("empty_search")));
  }

  card(table, index) {
    const { board, say } = this.ask;
    if (index < 0) return h("li", { className: "b-round free" }, h("span", { className: "b-table" }, table.label), h("p", { className: "soft" }, say("free_table")));
    const pair = board.pairs[index], a = board.companies[pair.a].name, b = board.companies[pair.b].name;
    return h("li", { className: `b-round l${pair.level}` }, h("span", { className: "b-table" }, table.label),
      h("div", {}, h("p", {}, h("b", {}, b), pair.pinned && h("span", { className: "tag primary" }, icon("pin"), say("pinned"))), h("p", { className: "soft" }, say("with", { name: a }))),
      board.can && (pair.pinned ? button(say("unpin"), "pinned-off", () => this.ask.command("unpin", [index]), { "aria-label": `${say("unpin")} ${b}, ${a}` })
        : h("div", { className: "b-round-acts" }, button(say("move"), "arrows-move", () => this.ask.choices.pick(index), { "aria-label": `${say("move")} ${b}, ${a}` }),
          h("button", { type: "button", className: "button small", "aria-label": `${say("more_acts")} ${b}, ${a}`, onclick: (event) => { const box = event.currentTarget.getBoundingClientRect(); this.ask.choices.open(index, box.left, box.bottom); } }, icon("dots")))));
  }
}
