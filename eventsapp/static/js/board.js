// The schedule board: joins the data, the state machine, the grid, the panel and the server. The template is
// organizer/schedule.html; without script the list does the same.
import { Cells } from "./board/cells.js";
import { Choices } from "./board/choices.js";
import { at, decode, differences, folded } from "./board/data.js";
import { h, icon, toast, useSprite } from "./board/dom.js";
import { Grid } from "./board/grid.js";
import { Hands } from "./board/hands.js";
import { Hover } from "./board/hover.js";
import { listen } from "./board/live.js";
import { Overview } from "./board/overview.js";
import { Panel } from "./board/panel.js";
import { Rounds } from "./board/rounds.js";
import { Server } from "./board/server.js";
import { Sources } from "./board/sources.js";
import { idle, next } from "./board/state.js";
import { sentence, speaker } from "./board/words.js";

const SAID = 120, MOST_COMPANIES = 200;
const SIZE_NAMES = { panorama: "panorama", compacto: "compact", detalle: "detail" };
const COLOURS = { afinidad: "affinity", proceso: "topic", estado: "state" };
const wide = matchMedia("(min-width: 760px)");

class Board {
  constructor(root) {
    this.root = root;
    this.texts = JSON.parse(root.dataset.words);
    this.say = speaker(this.texts, document.documentElement.lang);
    useSprite(root.dataset.sprite);
    const { data, act, news, events } = root.dataset;
    this.server = new Server(this, { data, act, news, events }, root.querySelector("input[name=csrf_token]")?.value ?? "");
    this.cells = new Cells(this);
    this.sources = new Sources(this);
    this.choices = new Choices(this);
    this.hover = new Hover(this, this.part("card"));
    Object.assign(this, { state: idle, selected: -1, chosen: new Set(), related: new Set(), fixed: [], flashes: new Map(), day: 0, mode: "tables", find: "", pointer: null, isOverTray: false });
    for (const name of ["dispatch", "command", "where", "there", "names"]) this[name] = this[name].bind(this);
  }

  get urls() { return this.server.urls; }

  part(name) { return this.root.querySelector(`[data-${name}]`); }

  isWide() { return wide.matches; }

  isToday(slot) { return slot >= 0 && this.board.slots[slot].day === this.day; }

  // Places and meetings in words --------------------------------------------------------------------------------------------

  where(slot, table) {
    const one = this.board.slots[slot];
    if (!one) return this.say("no_place");
    const values = { day: this.board.days[one.day].label, time: one.starts, table: this.board.tables[table]?.label };
    return this.say(table < 0 ? "where" : "where_table", values);
  }

  // On the day that is shown the day goes without saying.
  near(slot, table) {
    return this.isToday(slot) && table >= 0 ? this.say("near", { time: this.board.slots[slot].starts, table: this.board.tables[table].label }) : this.where(slot, table);
  }

  there(slot, table) {
    const isNear = this.isToday(slot) && table >= 0;
    return isNear ? this.say("said_near", { time: this.board.slots[slot].starts, table: this.board.tables[table].label }) : this.say("said_moved", { where: this.where(slot, table) });
  }

  names(index) {
    const pair = this.board.pairs[index];
    return this.say("pair", { a: this.board.companies[pair.b].name, b: this.board.companies[pair.a].name });
  }

  // Start ---------------------------------------------------------------------------------------------------------------------

  async load() {
    const answer = await fetch(this.urls.data, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    this.board = decode(await answer.json());
    this.clashing = new Set(this.board.clashes.flatMap((clash) => clash.pairs));
  }

  async start() {
    try { await this.load(); } catch {
      this.part("loading").textContent = this.say("no_data");
      return;
    }
    const from = this.root.dataset.day;
    this.day = Math.max(0, this.board.days.findIndex((day) => day.date === from));
    this.part("loading").hidden = this.board.days.length > 0 && this.board.tables.length > 0;
    if (!this.part("loading").hidden) {
      this.part("loading").textContent = this.say("no_venue");
      this.root.dataset.ready = "";
      return;
    }
    this.build();
    this.show();
    performance.mark("board-ready");
    this.root.dataset.ready = "";
    this.live = listen({
      events: () => this.urls.events, news: () => this.urls.news, since: () => this.board.edit,
      heard: (news) => this.server.hear(news), state: () => { this.part("live").textContent = this.say("polling"); },
    });
    const asked = new URLSearchParams(location.search).get("reunion"), index = asked ? this.board.byNumbers.get(asked) : undefined;
    if (index !== undefined) this.reveal(index);
    this.server.offerKept();
  }

  build() {
    this.part("days").replaceChildren(...this.board.days.map((day) => h("button", { type: "button", "data-day": String(day.index), onclick: () => this.goDay(day.index) }, day.label)));
    for (const one of this.root.querySelectorAll("[data-size]")) one.addEventListener("click", () => { this.setSize(one.dataset.size); this.remember(); });
    for (const one of this.root.querySelectorAll("[data-mode]")) one.addEventListener("click", () => { this.mode = one.dataset.mode; this.show(); this.remember(); });
    this.part("colour").addEventListener("change", (event) => { this.setColour(event.target.value); this.changed(); this.remember(); });
    this.part("find").addEventListener("input", (event) => { this.find = folded(event.target.value.trim()); this.refresh(); });
    this.part("help").addEventListener("click", () => this.choices.help());
    for (const name of ["undo", "redo"]) this.part(name)?.addEventListener("submit", (event) => { event.preventDefault(); this.command(name); });
    this.grid = new Grid(this.part("grid"), { scrolled: () => this.map?.frame(), marks: (pair) => this.marks(pair) });
    this.panel = new Panel(this.part("side"), this);
    const picture = { rows: () => this.source.rows.length, columns: () => this.board.days[this.day].columns, shade: (row, slot) => this.shade(row, slot) };
    this.map = new Overview(this.part("map"), {
      ...picture, window: () => (this.size === "panorama" ? null : this.grid.window()), go: (x, y) => { if (this.size !== "panorama") this.grid.scrollToShare(x, y); },
    });
    this.panorama = new Overview(this.part("panorama-canvas"), {
      ...picture, marked: (row, slot) => this.related.has(this.source.pair(row, slot)),
      pick: (x, y) => { this.setSize("compact"); this.grid.scrollToShare(x, y); this.grid.root.focus(); },
    });
    this.hands = new Hands(this);
    const asked = new URLSearchParams(location.search);
    if (asked.get("filas") === "empresas") this.mode = "companies";
    this.setColour(COLOURS[asked.get("color")] ?? "affinity");
    this.setSize(SIZE_NAMES[asked.get("tamano")] ?? "compact", false);
    wide.addEventListener("change", () => this.show());
  }

  // What is shown -------------------------------------------------------------------------------------------------------------

  setSize(name, show = true) {
    this.size = name;
    if (name !== "panorama") this.grid.resize(name);
    this.part("grid").hidden = name === "panorama";
    this.part("panorama").hidden = name !== "panorama";
    for (const one of this.root.querySelectorAll("[data-size]")) one.setAttribute("aria-pressed", one.dataset.size === name);
    if (show) this.show();
  }

  setColour(name) {
    this.cells.colour = name;
    this.part("colour").value = name;
    this.part("scale").hidden = name !== "affinity";
    const rows = this.cells.legend();
    this.part("legend").hidden = !rows.length;
    this.part("legend").replaceChildren(...rows.map(([shade, words]) => h("span", {}, h("i", { className: shade, "aria-hidden": "true" }), words)));
  }

  show(keep = false) {
    for (const one of this.root.querySelectorAll("[data-day]")) one.setAttribute("aria-pressed", Number(one.dataset.day) === this.day);
    for (const one of this.root.querySelectorAll("[data-mode]")) one.setAttribute("aria-pressed", one.dataset.mode === this.mode);
    this.source = this.sources.of(this.mode);
    this.root.classList.toggle("phone", !wide.matches);
    if (!wide.matches) {
      this.rounds ??= new Rounds(this.part("rounds"), this);
      if (!this.isToday(this.rounds.slot)) this.rounds.slot = this.board.days[this.day].slots[0] ?? 0;
      this.rounds.draw();
    } else if (this.size === "panorama") this.panorama.draw();
    else { this.grid.measure(); this.grid.show(this.source, keep); }
    this.later(true);
    this.grid.root.setAttribute("aria-label", this.say(this.mode === "tables" ? "grid_tables" : "grid_companies", { day: this.board.days[this.day]?.label ?? "" }));
  }

  // What is beside the grid comes with the frame after the one that shows the grid.
  later(map = false) {
    this.isOld ||= map;
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      this.waiting = false;
      if (this.isOld) this.head();
      this.panel.draw();
      if (this.isOld && wide.matches) this.map.draw();
      this.isOld = false;
    }));
  }

  dayChanged(day) {
    if (day === this.day) return;
    this.day = day;
    this.show();
  }

  goDay(day) {
    if (day < 0 || day >= this.board.days.length || day === this.day) return;
    this.day = day;
    this.show(true);
    if (this.rounds && !wide.matches) this.rounds.go(this.board.days[day].slots[0]);
    this.tell(this.board.days[day].label);
    history.replaceState(null, "", this.query({ dia: this.board.days[day].date }));
  }

  // What is shown stays in the address, so that a link shows the same.
  remember() {
    const nameOf = (names, value) => Object.entries(names).find(([, name]) => name === value)[0];
    history.replaceState(null, "", this.query({ tamano: nameOf(SIZE_NAMES, this.size), filas: this.mode === "companies" ? "empresas" : "mesas", color: nameOf(COLOURS, this.cells.colour) }));
  }

  query(changes) {
    const found = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) found.set(name, value);
    return `${location.pathname}?${found}`;
  }

  shade(row, slot) {
    const pair = this.source.pair(row, slot);
    return pair < 0 ? "" : this.cells.shade(pair);
  }

  // What stands out: the selected meeting, the chosen ones, and the others of both companies.
  marks(index) {
    if (index < 0) return "";
    if (index === this.selected) return "selected";
    if (this.chosen.has(index)) return "chosen";
    return this.related.has(index) ? "related" : "";
  }

  head() {
    const { board, say } = this, changes = differences(board).length;
    this.part("tag").textContent = board.draft ? [say("draft", { number: board.number }), board.told && say("unpublished", { num: changes })].filter(Boolean).join(" · ") : say("version", { number: board.number });
    this.part("tag").parentElement.className = `tag ${board.draft ? "warn" : "ok"}`;
    this.part("published")?.toggleAttribute("hidden", !board.draft);
    const held = board.pairs.filter((pair) => pair.slot >= 0).length;
    const taken = board.days[this.day]?.slots.reduce((sum, slot) => sum + board.tables.filter((table) => at(board, slot, table.index) >= 0).length, 0) ?? 0;
    const number = new Intl.NumberFormat(document.documentElement.lang);
    this.part("count").textContent = say("count", { num: number.format(held), of: number.format(held + board.left.size) });
    this.part("taken").textContent = say("taken_of", { taken: number.format(taken), room: number.format((board.days[this.day]?.slots.length ?? 0) * board.tables.length) });
    for (const name of ["undo", "redo"]) {
      const one = this.part(name)?.querySelector("button");
      if (!one) continue;
      one.title = board[name] || say(`nothing_${name}`);
      one.setAttribute("aria-disabled", !board[name]);
      one.querySelector("span").textContent = board[name] || say(name);
    }
    this.part("publish")?.toggleAttribute("hidden", !(board.draft && (changes || !board.told)));
    this.part("here").replaceChildren(...board.here.map(([initials, name]) => h("span", { className: "avatar", title: say("is_here", { name }) }, initials, h("span", { className: "hidden" }, ` ${say("is_here", { name })}`))));
  }

  refresh() {
    this.sources.best = null;
    if (!wide.matches) this.rounds?.draw();
    else if (this.size === "panorama") this.panorama.draw();
    else this.grid.refresh();
  }

  // After meetings moved: totals, heads, panel, maps.
  changed() {
    this.source = this.sources.of(this.mode);
    this.relate();
    if (wide.matches && this.grid.source) {
      this.grid.source = this.source;
      this.grid.heads();
      this.grid.totals();
    }
    this.refresh();
    this.later(true);
  }

  tell(text) {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { this.part("voice").textContent = text; }, SAID);
  }

  // The state machine -----------------------------------------------------------------------------------------------------------

  dispatch(event) {
    const [state, effects] = next(this.state, event, this.board);
    this.state = state;
    for (const effect of effects) this.carryOut(effect);
    this.bar();
  }

  carryOut(effect) {
    const { board, say } = this;
    const acts = {
      paint: () => { this.relate(); this.refresh(); this.later(); },
      hint: () => { this.hintPaint(); this.hover.draw(); },
      say: () => this.speak(effect),
      reveal: () => { this.goDay(board.slots[effect.slot].day); if (wide.matches) this.grid.reveal(this.mode === "tables" ? effect.table : this.grid.focus.row, this.grid.columnOf(effect.slot)); },
      refuse: () => this.refuse(effect),
      ask: () => this.choices.askReason(effect),
      place: () => this.server.place(effect),
      send: () => { this.sent = this.server.send(effect); },
      toast: () => toast(effect.text, effect.undo && { text: say("undo"), act: () => this.command("undo") }, say("close")),
      alert: () => this.alert(effect.text),
    };
    acts[effect.do]?.();
  }

  speak({ key, pair, count, slot, table, verdict: found, number }) {
    const { board, say } = this;
    if (key === "candidate") {
      const words = found.kind === "swap" ? say("swap_here") : [say("free_cell"), ...(found.warnings ?? []).map((item) => sentence(say, board, item, slot))].join(", ");
      this.tell(say("candidate", { where: this.near(slot, table), what: words, number, count }));
    } else this.tell(say(key, { name: pair >= 0 ? board.companies[board.pairs[pair].b].name : "", num: count ?? 0 }, count));
  }

  // Only the cells that the pointer left and reached are painted anew.
  hintPaint() {
    const { over } = this.state, rows = new Set();
    if (!wide.matches) return;
    for (const spot of [this.wasOver, over]) if (spot) rows.add(this.mode === "tables" ? spot.table : -1);
    this.wasOver = over;
    if (rows.has(-1)) this.grid.refresh(); else this.grid.refreshRows(rows);
  }

  refuse({ rule, slot }) {
    this.alert(sentence(this.say, this.board, typeof rule === "string" ? { rule, company: -1 } : rule, slot));
  }

  // Something was not done: it stays until it is closed.
  alert(text) {
    const place = this.part("alert");
    place.replaceChildren(icon("alert-triangle"), h("p", {}, text), h("button", { type: "button", className: "button small quiet", "aria-label": this.say("close"), onclick: () => { place.hidden = true; } }, icon("x")));
    place.hidden = false;
  }

  // Commands; the promise ends with the answer of the server.
  command(act, pairs) {
    if (this.state.mode !== "idle") return null;
    if ((act === "undo" || act === "redo") && !this.board[act]) { this.tell(this.say(`nothing_${act}`)); return null; }
    const done = { pin: "pinned", unpin: "unpinned", unschedule: "unscheduled" }[act] ?? act;
    const meant = act === "unschedule" ? pairs.filter((index) => !this.board.pairs[index].pinned) : pairs;
    if (pairs?.length && !meant.length) { this.refuse({ rule: "meeting_pinned" }); return null; }
    this.chosen.clear();
    this.dispatch({ type: "command", act, pairs: meant, done });
    return this.sent;
  }

  // Groups: what a table, a round or a company holds --------------------------------------------------------------------------------

  tableGroup(table) {
    const { board } = this;
    return { key: "table", values: { table: board.tables[table]?.label }, pairs: board.pairs.filter((one) => one.table === table && this.isToday(one.slot)).map((one) => one.index) };
  }

  columnGroup(slot) {
    const { board } = this;
    return { key: "slot", values: { time: board.slots[slot].starts }, pairs: board.pairs.filter((one) => one.slot === slot).map((one) => one.index) };
  }

  companyGroup(company) {
    const { board } = this;
    return { key: "company", values: { name: board.companies[company].name }, pairs: [...board.companies[company].pairs] };
  }

  // Where a message to the companies of some meetings is written; empty for who may not write.
  messageUrl(pairs) {
    const { message } = this.root.dataset, { companies, pairs: all } = this.board;
    const numbers = new Set(pairs.flatMap((index) => [all[index].a, all[index].b]).map((company) => companies[company].number));
    return message && numbers.size <= MOST_COMPANIES ? `${message}?empresas=${[...numbers].sort((one, other) => one - other).join(",")}` : "";
  }

  // Select and reveal ---------------------------------------------------------------------------------------------------------------

  openDetail(index, focus = true) {
    this.select(index);
    if (!wide.matches) return;
    this.panel.tab = "detail";
    this.panel.isEntered = focus;
    this.later();
  }

  select(index) {
    if (this.selected === index) return;
    this.selected = index;
    this.relate();
    this.grid.remark();
    if (index < 0 && this.panel.tab === "detail") this.panel.tab = "left";
    this.later();
  }

  choose(pair) {
    if (pair < 0) return;
    if (this.chosen.has(pair)) this.chosen.delete(pair); else this.chosen.add(pair);
    this.chooseAll(this.chosen);
  }

  chooseAll(pairs) {
    this.chosen = new Set(pairs);
    this.grid.remark();
    this.bar();
    this.tell(this.say("chosen", { num: this.chosen.size }));
  }

  // Every other meeting of both companies stands out.
  relate() {
    const { board, state } = this, index = state.mode === "moving" ? state.pair : this.selected;
    this.related = new Set(index < 0 ? [] : [...board.companies[board.pairs[index].a].pairs, ...board.companies[board.pairs[index].b].pairs]);
    this.related.delete(index);
    this.fixed = state.mode === "moving" ? this.fixedTables(board.pairs[state.pair]) : [];
  }

  fixedTables(pair) {
    const { board } = this;
    return [board.companies[pair.a], board.companies[pair.b]].flatMap((company) => Array.from({ length: company.desks }, (_, n) => board.deskTable[company.first + n])).filter((table) => table >= 0);
  }

  reveal(index) {
    const pair = this.board.pairs[index];
    if (pair.slot < 0) { this.panel.open("left"); return; }
    if (!wide.matches) { this.rounds.go(pair.slot); return; }
    if (this.size === "panorama") this.setSize("compact");
    this.goDay(this.board.slots[pair.slot].day);
    this.select(index);
    this.focusOn(index);
  }

  focusOn(index) {
    const pair = this.board.pairs[index];
    if (!wide.matches || pair.slot < 0 || this.size === "panorama") return;
    this.goDay(this.board.slots[pair.slot].day);
    this.grid.setFocus(this.source.rowOf(index), this.grid.columnOf(pair.slot));
  }

  // The line at the foot while something is in hand.
  bar() {
    const place = this.part("bar"), { state, say, board } = this;
    const key = (...names) => names.map((name) => h("kbd", {}, name));
    if (state.mode === "moving") {
      place.replaceChildren(h("b", {}, say("moving")), ` ${board.companies[board.pairs[state.pair].b].name}`, h("span", {}, ...key("←", "→"), ` ${say("bar_next")}`), h("span", {}, ...key("Enter"), ` ${say("bar_drop")}`), h("span", {}, ...key("Esc"), ` ${say("cancel")}`), h("span", {}, ...key(say("key_delete")), ` ${say("bar_remove")}`),
        h("button", { type: "button", className: "button small", onclick: () => { this.dispatch({ type: "cancel" }); this.hover.hide(); } }, say("cancel")));
    } else if (this.chosen.size > 1) {
      const list = [...this.chosen];
      place.replaceChildren(h("b", {}, say("chosen", { num: list.length })), ...this.choices.buttons(list));
    }
    place.hidden = state.mode !== "moving" && this.chosen.size < 2;
    this.root.classList.toggle("moving", state.mode === "moving");
    if (state.mode !== "moving") this.hover.hide();
  }
}

const root = document.querySelector("[data-board]");
if (root) {
  const page = new Board(root);
  root.page = page;  // tests and benchmarks look at the state here
  page.start();
}
