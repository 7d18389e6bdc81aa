// The panel beside the grid: what has no place, what clashes, what changes, and the meeting that is selected.
import { differences, folded } from "./data.js";
import { spotsOf } from "./feasible.js";
import { button, h, icon } from "./dom.js";

const SHOWN = 40;

export class Panel {
  // ask: the page that it belongs to (see board.js): board, say, words for places, and its commands
  constructor(root, ask) {
    this.root = root;
    this.ask = ask;
    this.tab = "left";
    this.query = "";
    this.more = SHOWN;
    this.list = root.querySelector("[data-list]");
    this.tabs = [...root.querySelectorAll("[data-tab]")];
    for (const tab of this.tabs) {
      tab.addEventListener("click", () => this.open(tab.dataset.tab));
      tab.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!by) return;
        const shown = this.tabs.filter((one) => !one.hidden), next = shown.at((shown.indexOf(tab) + by) % shown.length);
        this.open(next.dataset.tab);
        next.focus();
      });
    }
    this.list.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.tab === "detail" && ask.state.mode === "idle") { event.stopPropagation(); ask.focusOn(ask.selected); }
    });
    const search = root.querySelector("[data-search]");
    search.addEventListener("input", () => { this.query = folded(search.value.trim()); this.more = SHOWN; this.draw(); });
  }

  open(name) {
    this.tab = name;
    this.more = SHOWN;
    this.draw();
  }

  // How many spots each meeting without a place has, told once for each state of the version.
  spots(pair) {
    if (this.known?.edit !== this.ask.board.edit) this.known = { edit: this.ask.board.edit, counts: new Map() };
    const { counts } = this.known;
    if (!counts.has(pair)) counts.set(pair, spotsOf(this.ask.board, this.ask.board.pairs[pair]).length);
    return counts.get(pair);
  }

  missing() {
    const { board } = this.ask;
    return [...board.left.keys()].filter((index) => !board.pairs[index].stale)
      .sort((one, other) => board.pairs[other].must - board.pairs[one].must || board.pairs[other].value - board.pairs[one].value);
  }

  draw() {
    const { board, say } = this.ask, missing = this.missing(), changes = differences(board);
    const counts = { left: missing.length, clashes: board.clashes.length, changes: changes.length };
    for (const tab of this.tabs) {
      const isOpen = tab.dataset.tab === this.tab;
      if (tab.dataset.tab === "detail") tab.hidden = this.ask.selected < 0;
      tab.setAttribute("aria-selected", isOpen);
      tab.tabIndex = isOpen ? 0 : -1;
      const amount = tab.querySelector(".amount");
      if (amount) { amount.textContent = counts[tab.dataset.tab]; amount.classList.toggle("none", !counts[tab.dataset.tab]); }
    }
    this.list.setAttribute("aria-labelledby", `b-tab-${this.tab}`);
    this.root.querySelector("[data-filter]").hidden = this.tab === "detail";
    const rows = { left: () => missing.map((index) => () => this.card(index)), clashes: () => this.clashes(), changes: () => this.changes(changes), detail: () => this.detail() }[this.tab]();
    const matching = this.tab === "left" && this.query ? missing.map((index, n) => (this.matches(index) ? rows[n] : null)).filter(Boolean) : rows;
    const had = this.list.contains(document.activeElement);
    this.list.replaceChildren(...matching.slice(0, this.more).map((row) => row()));
    if (matching.length > this.more) this.list.append(h("p", {}, button(say("more", {}, matching.length - this.more).replace("%(num)s", matching.length - this.more), "chevron-down", () => { this.more += 100; this.draw(); })));
    if (this.isEntered) this.list.querySelector(".b-detail h2")?.focus();
    else if (had) this.list.focus({ preventScroll: true });
    this.isEntered = false;
    if (!matching.length) this.list.append(h("p", { className: "soft b-empty" }, say(this.query ? "empty_search" : `empty_${this.tab}${this.tab === "changes" && !board.told ? "_never" : ""}`)));
  }

  matches(index) {
    const { board } = this.ask, pair = board.pairs[index];
    return [pair.a, pair.b].some((company) => folded(board.companies[company].name).includes(this.query));
  }

  card(index) {
    const { board, say } = this.ask, pair = board.pairs[index], count = this.spots(index), moving = this.ask.state.pair === index && this.ask.state.mode === "moving";
    const a = board.companies[pair.a].name, b = board.companies[pair.b].name;
    return h("div", { className: `b-card${moving ? " moving" : ""}`, "data-pair": String(index) },
      h("span", { className: "b-grip", "aria-hidden": "true" }, icon("grip-vertical")),
      h("div", {},
        h("p", {}, h("b", {}, b), h("span", { className: "b-value", title: say("affinity", { level: pair.level }) }, String(pair.value)), pair.must && h("span", { className: "tag warn" }, icon("star"), say("must"))),
        h("p", { className: "soft" }, say("with", { name: a }), pair.topic && ` · ${pair.topic}`),
        count ? h("p", { className: "text-ok b-mark" }, icon("circle-check"), h("span", {}, say("spots", { num: count })))
          : h("p", { className: "text-warn b-mark" }, icon("ban"), h("span", {}, board.left.get(index) || say("nowhere"))),
        board.can && button(say("move"), "arrows-move", () => this.ask.choices.pick(index), { "aria-label": `${say("move")} ${b}, ${a}` })));
  }

  clashes() {
    return this.ask.board.clashes.map(({ text, pairs }) => () => h("div", { className: "b-line bad" }, icon("alert-triangle"), h("div", {}, h("p", {}, text), pairs.length ? button(this.ask.say("show"), "eye", () => this.ask.reveal(pairs[0])) : null)));
  }

  changes(found) {
    const { board, say, where } = this.ask;
    return found.map(({ pair, kind, before }) => () => {
      const one = board.pairs[pair];
      const text = kind === "moved" ? say("change_moved", { before: where(before[0], before[1]), after: where(one.slot, one.table) })
        : kind === "added" ? say("change_added", { place: where(one.slot, one.table) }) : say("change_cancelled", { place: where(before[0], before[1]) });
      return h("div", { className: "b-line" }, icon({ moved: "arrows-move", added: "plus", cancelled: "calendar-off" }[kind]), h("div", {},
        h("p", {}, h("b", {}, board.companies[one.b].name), ` ${say("with", { name: board.companies[one.a].name })}`), h("p", { className: "soft" }, text),
        one.slot >= 0 ? button(say("show"), "eye", () => this.ask.reveal(pair), { "aria-label": `${say("show")} ${board.companies[one.b].name}` }) : null));
    });
  }

  detail() {
    const { board, say, where } = this.ask, index = this.ask.selected;
    if (index < 0) return [];
    const pair = board.pairs[index], names = [pair.a, pair.b].map((company) => board.companies[company]);
    const acts = h("div", { className: "b-acts" });
    if (board.can && pair.slot >= 0) {
      if (pair.pinned) acts.append(button(say("unpin"), "pinned-off", () => this.ask.command("unpin", [index])));
      else acts.append(button(say("move"), "arrows-move", () => this.ask.choices.pick(index)), button(say("swap"), "arrows-exchange", () => this.ask.choices.pick(index, true)), button(say("pin"), "pin", () => this.ask.command("pin", [index])), button(say("remove"), "calendar-off", () => this.ask.command("unschedule", [index])));
    } else if (board.can) acts.append(button(say("move"), "arrows-move", () => this.ask.choices.pick(index)));
    if (this.ask.messageUrl([index])) acts.append(button(say("write"), "mail", () => this.ask.choices.write([index])));
    return [() => h("div", { className: "b-detail" },
      h("h2", { tabIndex: -1 }, names[1].name), h("p", { className: "soft" }, say("with", { name: names[0].name }), pair.topic && ` · ${pair.topic}`),
      h("p", { className: "b-mark" }, icon(pair.slot < 0 ? "calendar-off" : "clock"), h("span", {}, pair.slot < 0 ? say("no_place") : where(pair.slot, pair.table))),
      h("p", { className: "b-mark" }, icon("star"), h("span", {}, say("affinity", { level: pair.level }), pair.must ? ` · ${say("must")}` : "")),
      pair.pinned && h("p", { className: "b-mark" }, icon("pinned"), h("span", {}, say("is_pinned"))),
      pair.stale && h("p", { className: "b-mark text-bad" }, icon("alert-triangle"), h("span", {}, say("no_longer_asked"))),
      acts,
      ...names.map((company) => this.agenda(company, index)))];
  }

  agenda(company, own) {
    const { board, say } = this.ask;
    const rows = [...company.pairs].filter((index) => index !== own).map((index) => board.pairs[index]).sort((one, other) => one.slot - other.slot);
    return h("section", {}, h("h3", {}, say("also", { name: company.name })), rows.length ? h("ul", { className: "b-agenda" }, ...rows.map((pair) => h("li", {},
      h("span", { className: "num" }, board.slots[pair.slot].day === this.ask.day ? board.slots[pair.slot].starts : `${board.days[board.slots[pair.slot].day].label}, ${board.slots[pair.slot].starts}`), h("button", { type: "button", onclick: () => this.ask.reveal(pair.index) }, board.companies[pair.a === company.index ? pair.b : pair.a].name), h("span", { className: "soft" }, pair.table >= 0 ? say("table_short", { table: board.tables[pair.table].label }) : "")))) : h("p", { className: "soft" }, say("also_none")));
  }
}
