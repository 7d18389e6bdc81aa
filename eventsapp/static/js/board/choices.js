// Whatever is chosen in a menu or a dialog: what to do with a meeting or a row, where to, with whom, and why.
import { button, dialog, h, icon, menu } from "./dom.js";
import { canSwap, verdict } from "./feasible.js";
import { idle, next } from "./state.js";
import { sentence } from "./words.js";

const TABLES = 12, PARTNERS = 80;

export class Choices {
  constructor(page) { this.page = page; }

  // Pick up from anywhere; phones choose from a list, wider pages in the grid. What is pinned is unpinned first, if so wished.
  async pick(index, swap = false) {
    const { page } = this, { board } = page, pair = board.pairs[index];
    if (page.state.mode !== "idle") page.dispatch({ type: "cancel" });
    if (pair.pinned && board.can && !(await this.unpinned(index))) return;
    if (swap) { this.swaps(index); return; }
    if (!page.isWide()) { this.fromList(index); return; }
    if (page.size === "panorama") page.setSize("compact");
    page.pointer = null;
    page.dispatch({ type: "pick", pair: index, way: "keys" });
    if (page.state.mode !== "moving") return;
    const first = page.state.spots.find((spot) => page.isToday(spot.slot)) ?? page.state.spots[0], isHere = page.isToday(pair.slot);
    if (first && !isHere && !page.isToday(first.slot)) page.goDay(board.slots[first.slot].day);
    const row = page.mode === "companies" ? page.source.rowOf(index) : isHere ? pair.table : first?.table ?? page.grid.focus.row;
    page.grid.root.focus();
    page.grid.setFocus(row, Math.max(0, page.grid.columnOf(isHere ? pair.slot : first?.slot ?? -1)));
  }

  // A pinned meeting stays where it is unless it is set free first.
  async unpinned(index) {
    const { page } = this, { say } = page;
    const { answer } = dialog(say("unpin_title"), [h("p", {}, page.names(index)), h("p", {}, say("unpin_text"))],
      [{ text: say("unpin_yes"), value: "yes", kind: "primary" }, { text: say("unpin_no"), value: "" }]);
    if (await answer !== "yes") return false;
    await page.command("unpin", [index]);
    return !page.board.pairs[index].pinned;
  }

  async fromList(index) {
    const { page } = this, { board, say } = page;
    const [state] = next(idle, { type: "pick", pair: index, way: "tap" }, board);
    if (state.mode !== "moving") { page.dispatch({ type: "pick", pair: index, way: "tap" }); return; }
    const rows = new Map();
    for (const spot of state.spots) rows.set(spot.slot, [...(rows.get(spot.slot) ?? []), spot.table]);
    let chosen;
    const list = h("ul", { className: "b-spots" });
    for (const [slot, tables] of rows) {
      list.append(h("li", {}, h("b", {}, `${board.days[board.slots[slot].day].label}, ${board.slots[slot].starts}`), h("div", {}, ...tables.slice(0, TABLES).map((table) => {
        const found = verdict(board, board.pairs[index], slot, table, state.known);
        return h("button", { type: "button", className: `button small ${found.kind === "warn" ? "warned" : ""}`, onclick: () => { chosen = { slot, table }; opened.close(); } }, found.kind === "warn" && icon("alert-triangle"), h("span", {}, say("table_short", { table: board.tables[table].label }), found.kind === "warn" && h("span", { className: "hidden" }, `. ${sentence(say, board, found.warnings[0], slot)}`)));
      }))));
    }
    const opened = dialog(page.names(index), [h("p", {}, state.spots.length ? say("spots", { num: state.spots.length }) : say("picked_nowhere", { name: board.companies[board.pairs[index].b].name })), list], [{ text: say("cancel"), value: "" }], { wide: true });
    await opened.answer;
    if (!chosen) return;
    page.dispatch({ type: "pick", pair: index, way: "tap" });
    page.dispatch({ type: "drop", ...chosen });
  }

  // Choose the meeting to change places with.
  async swaps(index) {
    const { page } = this, { board, say } = page, one = board.pairs[index];
    if (one.slot < 0) { page.refuse({ rule: "no_place" }); return; }
    const found = board.pairs.filter((other) => canSwap(board, one, other));
    let chosen = -1;
    const list = h("ul", { className: "b-spots" }, ...found.slice(0, PARTNERS).map((other) => h("li", {}, h("button", { type: "button", className: "button small", onclick: () => { chosen = other.index; opened.close(); } }, icon("arrows-exchange"), h("span", {}, page.names(other.index))), h("span", { className: "soft" }, page.where(other.slot, other.table)))));
    const opened = dialog(say("swap_title", { name: page.names(index) }), [found.length ? list : h("p", {}, say("no_swaps"))], [{ text: say("cancel"), value: "" }], { wide: true });
    await opened.answer;
    if (chosen < 0) return;
    const target = board.pairs[chosen];
    page.dispatch({ type: "pick", pair: index, way: "keys" });
    page.dispatch({ type: "drop", slot: target.slot, table: target.table });
  }

  // The menu of a meeting, or of those that are chosen when it is one of them.
  open(index, x, y) {
    const { page } = this, { board, say, chosen } = page, pair = board.pairs[index];
    if (chosen.size > 1 && chosen.has(index)) { menu(this.forSome([...chosen]), x, y, say("chosen", { num: chosen.size })); return; }
    const around = pair.slot < 0 ? [] : [page.columnGroup(pair.slot), page.tableGroup(pair.table), ...[pair.a, pair.b].map((company) => page.companyGroup(company))];
    menu([
      board.can && { text: say("move"), icon: "arrows-move", key: "M", act: () => this.pick(index) },
      board.can && pair.slot >= 0 && { text: say("swap"), icon: "arrows-exchange", key: "S", act: () => this.pick(index, true) },
      board.can && { text: say(pair.pinned ? "unpin" : "pin"), icon: pair.pinned ? "pinned-off" : "pin", key: "P", act: () => page.command(pair.pinned ? "unpin" : "pin", [index]) },
      board.can && !pair.pinned && { text: say("remove"), icon: "calendar-off", key: say("key_delete"), act: () => page.command("unschedule", [index]) },
      ...around.map((group) => this.pins(group)),
      page.messageUrl([index]) && { text: say("write"), icon: "mail", act: () => this.write([index]) },
      { text: say("open"), icon: "eye", act: () => page.openDetail(index) },
    ], x, y, page.names(index));
  }

  // The menu of a whole table, round or company.
  openGroup(group, x, y) {
    const { page } = this, { board, say } = page, held = group.pairs;
    if (!held.length) return;
    const free = held.filter((index) => board.pairs[index].pinned);
    menu([
      this.pins(group),
      board.can && free.length && { text: say("unpin_these", { num: free.length }), icon: "pinned-off", act: () => page.command("unpin", free) },
      { text: say("choose_these", { num: held.length }), icon: "check", act: () => page.chooseAll(held) },
      page.messageUrl(held) && { text: say("write"), icon: "mail", act: () => this.write(held) },
    ], x, y, say(`group_${group.key}`, group.values));
  }

  pins({ key, values, pairs }) {
    const { board, say, command } = this.page, open = pairs.filter((index) => !board.pairs[index].pinned);
    return board.can && open.length > 1 && { text: say(`pin_${key}`, { num: open.length, ...values }), icon: "pin", act: () => command("pin", open) };
  }

  // What can be done with several at once.
  forSome(list) {
    const { page } = this, { board, say } = page, num = list.length;
    return [
      board.can && { text: say("pin_these", { num }), icon: "pin", act: () => page.command("pin", list) }, board.can && { text: say("unpin_these", { num }), icon: "pinned-off", act: () => page.command("unpin", list) },
      board.can && { text: say("remove_these", { num }), icon: "calendar-off", act: () => page.command("unschedule", list) },
      page.messageUrl(list) && { text: say("write"), icon: "mail", act: () => this.write(list) },
    ];
  }

  // The same as buttons, for the line at the foot.
  buttons(list) {
    const short = { pin: "pin", "pinned-off": "unpin", "calendar-off": "remove", mail: "write" };
    return this.forSome(list).filter(Boolean).map((item) => button(this.page.say(short[item.icon]), item.icon, item.act));
  }

  write(list) { location.assign(this.page.messageUrl(list)); }

  askReason({ slot, verdict: found }) {
    const { say, board, dispatch } = this.page;
    const input = h("input", { className: "input wfull", type: "text", maxLength: 300, id: "b-reason", autocomplete: "off" });
    const error = h("p", { className: "error", hidden: true }, say("reason_missing"));
    const { element, answer, close } = dialog(say("reason_title"), [
      h("p", {}, sentence(say, board, found.broken[0], slot)), h("div", { className: "field" }, h("label", { htmlFor: "b-reason", for: "b-reason" }, say("reason_label")), h("span", { className: "hint" }, say("reason_hint")), error, input)], [{ text: say("reason_cancel"), value: "" }]);
    const yes = () => { if (input.value.trim()) close(`!${input.value.trim()}`); else { error.hidden = false; input.focus(); } };
    element.querySelector(".actions").prepend(h("button", { type: "button", className: "button primary", onclick: yes }, say("reason_yes")));
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); yes(); } });
    input.focus();
    answer.then((value) => dispatch(value?.startsWith("!") ? { type: "answer", reason: value.slice(1) } : { type: "cancel" }));
  }

  help() {
    const { say, texts } = this.page;
    const rows = texts.shortcuts.map(([keys, words]) => h("div", {}, h("dt", {}, ...keys.split(" ").map((name) => h("kbd", {}, name))), h("dd", {}, words)));
    dialog(say("help_title"), [h("dl", { className: "b-keys" }, ...rows)], [{ text: say("close"), value: "" }], { wide: true });
  }
}
