// The schedule board: joins the data, the state machine, the grid, the panel and the server. The template is
// organizer/schedule.html; without script the list does the same.
import { at, decode, differences, folded, placeOf, put, take } from "./board/data.js";
import { button, dialog, h, icon, menu, toast, useSprite } from "./board/dom.js";
import { drags } from "./board/drag.js";
import { canSwap, told, verdict, waits } from "./board/feasible.js";
import { Grid } from "./board/grid.js";
import { commandOf } from "./board/keys.js";
import { listen } from "./board/live.js";
import { Overview } from "./board/overview.js";
import { Panel } from "./board/panel.js";
import { Rounds } from "./board/rounds.js";
import { idle, next } from "./board/state.js";
import { sentence, speaker } from "./board/words.js";

const SEEN = 6_000, SAID = 120;
const SIZE_NAMES = { panorama: "panorama", compacto: "compact", detalle: "detail" };
const wide = matchMedia("(min-width: 760px)");

class Board {
  constructor(root) {
    this.root = root;
    this.urls = { data: root.dataset.data, act: root.dataset.act, news: root.dataset.news, events: root.dataset.events };
    this.texts = JSON.parse(root.dataset.words);
    this.say = speaker(this.texts, document.documentElement.lang);
    this.csrf = root.querySelector("input[name=csrf_token]")?.value ?? "";
    useSprite(root.dataset.sprite);
    this.state = idle;
    this.selected = -1;
    this.chosen = new Set();
    this.related = new Set();
    this.fixed = [];
    this.flashes = new Map();
    this.day = 0;
    this.mode = "tables";
    this.colour = "affinity";
    this.find = "";
    this.where = (slot, table) => {
      const one = this.board.slots[slot];
      if (!one) return this.say("no_place");
      const values = { day: this.board.days[one.day].label, time: one.starts, table: this.board.tables[table]?.label };
      return this.say(table < 0 ? "where" : "where_table", values);
    };
  }

  part(name) { return this.root.querySelector(`[data-${name}]`); }

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
    const from = this.root.dataset.day, found = this.board.days.findIndex((day) => day.date === from);
    this.day = Math.max(0, found);
    this.part("loading").hidden = true;
    this.build();
    this.show();
    performance.mark("board-ready");
    this.root.dataset.ready = "";
    this.live = listen({
      events: () => this.urls.events, news: () => this.urls.news, since: () => this.board.edit,
      heard: (news) => this.hear(news), state: () => { this.part("live").textContent = this.say("polling"); },
    });
    const asked = new URLSearchParams(location.search).get("reunion");
    if (asked) { const index = this.board.byNumbers.get(asked); if (index !== undefined) this.reveal(index); }
  }

  build() {
    const days = this.part("days");
    days.replaceChildren(...this.board.days.map((day) => h("button", { type: "button", "data-day": String(day.index), onclick: () => this.goDay(day.index) }, day.label)));
    for (const one of this.root.querySelectorAll("[data-size]")) one.addEventListener("click", () => { this.setSize(one.dataset.size); this.remember(); });
    for (const one of this.root.querySelectorAll("[data-mode]")) one.addEventListener("click", () => { this.mode = one.dataset.mode; this.show(); this.remember(); });
    this.part("colour").addEventListener("change", (event) => { this.colour = event.target.value; this.part("scale").hidden = this.colour !== "affinity"; this.refresh(); });
    this.part("find").addEventListener("input", (event) => { this.find = folded(event.target.value.trim()); this.refresh(); });
    this.part("help").addEventListener("click", () => this.help());
    for (const name of ["undo", "redo"]) {
      const form = this.part(name);
      form?.addEventListener("submit", (event) => { event.preventDefault(); this.command(name); });
    }
    const root = this.part("grid");
    this.grid = new Grid(root, { scrolled: () => this.map?.frame(), marks: (pair) => this.marks(pair) });
    this.panel = new Panel(this.part("side"), this);
    this.map = new Overview(this.part("map"), {
      rows: () => this.source.rows.length, columns: () => this.board.days[this.day].columns, shade: (row, slot) => this.shade(row, slot),
      window: () => (this.size === "panorama" ? null : this.grid.window()), go: (x, y) => { if (this.size !== "panorama") this.grid.scrollToShare(x, y); },
    });
    this.panorama = new Overview(this.part("panorama-canvas"), {
      rows: () => this.source.rows.length, columns: () => this.board.days[this.day].columns, shade: (row, slot) => this.shade(row, slot),
      marked: (row, slot) => this.related.has(this.source.pair(row, slot)),
      pick: (x, y) => { this.setSize("compact"); this.grid.scrollToShare(x, y); this.grid.root.focus(); },
    });
    root.addEventListener("keydown", (event) => this.onKey(event));
    root.addEventListener("focusin", (event) => this.onFocus(event));
    drags(this.root, {
      pairOf: (target) => this.pairOf(target), start: (pair) => this.startDrag(pair), over: (x, y, target) => this.overAt(x, y, target),
      drop: (x, y, target) => this.dropAt(x, y, target), cancel: () => this.dispatch({ type: "cancel" }),
      scroller: () => root, day: (element) => this.goDay(Number(element.dataset.day)),
    });
    root.addEventListener("click", (event) => this.onClick(event));
    root.addEventListener("contextmenu", (event) => { const pair = this.pairOf(event.target); if (pair >= 0) { event.preventDefault(); this.openMenu(pair, event.clientX, event.clientY); } });
    root.addEventListener("pointermove", (event) => { if (this.state.mode === "moving" && this.state.way !== "drag") this.overAt(event.clientX, event.clientY, event.target); }, { passive: true });
    const asked = new URLSearchParams(location.search);
    if (asked.get("filas") === "empresas") this.mode = "companies";
    this.setSize(SIZE_NAMES[asked.get("tamano")] ?? "compact", false);
    wide.addEventListener("change", () => this.show());
    addEventListener("keydown", (event) => {
      if (event.defaultPrevented || event.target.closest("dialog, input, textarea, select, .b-menu")) return;
      if (event.key === "Escape" && this.state.mode === "moving") this.dispatch({ type: "cancel" });
      else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") { event.preventDefault(); this.command(event.shiftKey ? "redo" : "undo"); }
      else if (event.key === "?" && !event.ctrlKey && !event.metaKey && event.target.closest("[data-board]")) this.help();
    });
  }

  // What is shown -------------------------------------------------------------------------------------------------------

  setSize(name, show = true) {
    this.size = name;
    if (name !== "panorama") this.grid.resize(name);
    this.part("grid").hidden = name === "panorama";
    this.part("panorama").hidden = name !== "panorama";
    for (const one of this.root.querySelectorAll("[data-size]")) one.setAttribute("aria-pressed", one.dataset.size === name);
    if (show) this.show();
  }

  show(keep = false) {
    for (const one of this.root.querySelectorAll("[data-day]")) one.setAttribute("aria-pressed", Number(one.dataset.day) === this.day);
    for (const one of this.root.querySelectorAll("[data-mode]")) one.setAttribute("aria-pressed", one.dataset.mode === this.mode);
    this.source = this.mode === "tables" ? this.tables() : this.companies();
    this.root.classList.toggle("phone", !wide.matches);
    if (!wide.matches) {
      this.rounds ??= new Rounds(this.part("rounds"), this);
      if (this.board.slots[this.rounds.slot]?.day !== this.day) this.rounds.slot = this.board.days[this.day].slots[0] ?? 0;
      this.rounds.draw();
    } else if (this.size === "panorama") this.panorama.draw();
    else { this.grid.measure(); this.grid.show(this.source, keep); }
    this.head();
    this.later(true);
    this.grid.root.setAttribute("aria-label", this.say(this.mode === "tables" ? "grid_tables" : "grid_companies", { day: this.board.days[this.day]?.label ?? "" }));
  }

  // What is beside the grid comes after the frame that shows the grid.
  later(map = false) {
    this.isOld ||= map;
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => setTimeout(() => {
      this.waiting = false;
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
    const size = Object.entries(SIZE_NAMES).find(([, name]) => name === this.size)[0];
    history.replaceState(null, "", this.query({ tamano: size, filas: this.mode === "companies" ? "empresas" : "mesas" }));
  }

  query(changes) {
    const found = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) found.set(name, value);
    return `${location.pathname}?${found}`;
  }

  load_of(slot) {
    const { board } = this;
    let used = 0;
    for (let table = 0; table < board.tables.length; table += 1) if (at(board, slot, table) >= 0) used += 1;
    return { label: board.slots[slot].starts, load: board.tables.length ? used / board.tables.length : 0, words: this.say("load", { used, all: board.tables.length }) };
  }

  // Who sits at a table all day: the company whose fixed table it is, else the one that all its meetings share.
  hosts() {
    const { board } = this;
    return board.tables.map((table) => {
      if (board.hostOf[table.index] !== undefined) return board.hostOf[table.index];
      const held = board.days[this.day].slots.map((slot) => at(board, slot, table.index)).filter((pair) => pair >= 0).map((pair) => board.pairs[pair]);
      if (!held.length) return -1;
      return [held[0].a, held[0].b].find((company) => held.every((pair) => pair.a === company || pair.b === company)) ?? -1;
    });
  }

  tables() {
    const { board } = this, day = board.days[this.day], hosts = this.hosts();
    const rows = board.tables.map((table) => ({
      number: table.label, label: board.shut.get(table.index)?.has(day.slots.at(-1)) ? this.say("table_shut") : board.companies[hosts[table.index]]?.name ?? table.room, total: day.slots.filter((slot) => at(board, slot, table.index) >= 0).length,
    }));
    return {
      rows, columns: day.columns, head: this.say("corner_tables"), total: this.say("total"), load: (slot) => this.load_of(slot),
      pair: (row, slot) => at(board, slot, row), spot: (row, slot) => ({ slot, table: row }), rowOf: (pair) => board.pairs[pair].table,
      describe: (row, slot) => this.cell(at(board, slot, row), { slot, table: row }, hosts[row]),
      isMarked: (row) => this.state.mode === "moving" && this.fixed.includes(row),
    };
  }

  companies() {
    const { board } = this, day = board.days[this.day];
    const shown = board.companies.filter((company) => company.pairs.size).sort((one, other) => one.side.localeCompare(other.side) || one.name.localeCompare(other.name, document.documentElement.lang));
    const index = new Map(shown.map((company, row) => [company.index, row]));
    const held = (row, slot) => [...shown[row].pairs].find((pair) => board.pairs[pair].slot === slot) ?? -1;
    return {
      rows: shown.map((company) => ({ number: "", label: company.name, total: [...company.pairs].filter((pair) => board.slots[board.pairs[pair].slot].day === this.day).length })),
      columns: day.columns, head: this.say("corner_companies"), total: this.say("total"), load: (slot) => this.load_of(slot),
      pair: held, rowOf: (pair) => index.get(board.pairs[pair].b) ?? 0,
      spot: (row, slot) => this.spotFor(shown[row].index, slot),
      describe: (row, slot) => this.cell(held(row, slot), this.spotFor(shown[row].index, slot), shown[row].index),
      isMarked: (row) => this.state.mode === "moving" && [board.pairs[this.state.pair].a, board.pairs[this.state.pair].b].includes(shown[row].index),
    };
  }

  // In rows of companies a round stands for its best table.
  spotFor(company, slot) {
    const { state, board } = this;
    if (state.mode !== "moving") return { slot, table: -1 };
    const pair = board.pairs[state.pair];
    if (pair.a !== company && pair.b !== company) return { slot, table: -1 };
    this.best ??= new Map();
    if (!this.best.has(slot)) this.best.set(slot, state.spots.find((spot) => spot.slot === slot)?.table ?? pair.table);
    return { slot, table: this.best.get(slot) };
  }

  fixedTables() {
    const { board, state } = this, pair = board.pairs[state.pair];
    return [board.companies[pair.a], board.companies[pair.b]].flatMap((company) => Array.from({ length: company.desks }, (_, n) => board.deskTable[company.first + n])).filter((table) => table >= 0);
  }

  shade(row, slot) {
    const pair = this.source.pair(row, slot);
    return pair < 0 ? 0 : this.board.pairs[pair].level;
  }

  // What stands out: the selected meeting, the chosen ones, and the others of both companies.
  marks(index) {
    if (index < 0) return "";
    if (index === this.selected) return "selected";
    if (this.chosen.has(index)) return "chosen";
    return this.related.has(index) ? "related" : "";
  }

  // One cell: its class, what it says and what is read out.
  cell(index, spot, host) {
    const { board, say, state } = this;
    if (state.mode === "moving") {
      const found = this.spotCell(index, spot, host);
      if (found) return found;
    }
    if (index < 0) return { className: "", text: "", more: "", label: (this.freeLabel ??= say("free_cell")), pair: -1 };
    const one = board.pairs[index], a = board.companies[one.a].name, b = board.companies[one.b].name;
    let text = one.a === host ? b : one.b === host ? a : `${a} · ${b}`;
    let label = (one.label ??= `${say("pair", { a: b, b: a })}, ${say("affinity", { level: one.level })}`), more = "";
    if (one.b === host) label = `${a}, ${label}`;
    const changed = this.isChanged(index);
    let className = this.colour === "affinity" ? `meet l${one.level}` : `meet ${one.pinned ? "s-pin" : changed ? "s-new" : "s-set"}`;
    if (one.pinned) { className += " pinned"; label += `, ${say("pinned")}`; }
    if (this.clashing.has(index)) { className += " clash"; label += `, ${say("clash")}`; }
    if (changed) { className += " new"; label += `, ${say("changed")}`; }
    if (this.find) className += folded(a).includes(this.find) || folded(b).includes(this.find) ? " found" : " dim";
    if (this.flashes.size && this.flashes.has(index)) { className += " flash"; text = `${this.flashes.get(index)} · ${text}`; label = `${this.flashes.get(index)} · ${label}`; }
    if (this.size === "detail") more = [one.topic, say("level_short", { level: one.level }), this.mode === "companies" && one.table >= 0 ? say("table_short", { table: board.tables[one.table].label }) : "", one.pinned ? say("pinned") : ""].filter(Boolean).join(" · ");
    return { className, text, more, label: text.includes(" · ") ? `${text}, ${label}` : label, pair: index };
  }

  // A cell while a meeting is in hand, where it says something about the move; else null.
  spotCell(index, spot, host) {
    const { board, say, state } = this, moving = board.pairs[state.pair], { over } = state;
    const isRow = this.mode === "tables" ? !this.fixed.length || this.fixed.includes(spot.table) : host === moving.a || host === moving.b;
    const isOver = over && spot.slot === over.slot && spot.table === over.table && (this.mode === "tables" || isRow);
    if ((!isRow && !isOver) || spot.table < 0) return null;
    if (index >= 0 && !isOver && index !== state.pair && !this.fixed.length) return null;
    const found = verdict(board, moving, spot.slot, spot.table, state.known);
    if (found.kind === "here") return { className: `meet l${moving.level} from`, text: board.companies[moving.a === host ? moving.b : moving.a].name, more: "", label: `${board.companies[moving.b].name}, ${say("from")}`, pair: -1 };
    const shown = this.hint(found, isOver, isRow && (this.fixed.length > 0 || this.mode === "companies"), index < 0);
    if (!shown) return null;
    const named = index >= 0 ? this.names(index) : "", why = found.kind === "no" || found.kind === "reason" ? found.broken.slice(0, 1) : found.warnings ?? [];
    const partner = index >= 0 ? board.companies[board.pairs[index].a === host ? board.pairs[index].b : board.pairs[index].a].name : "";
    return {
      className: `hint ${shown.className}`, text: shown.text || partner, more: "", pair: -1,
      label: [shown.text || partner, found.kind === "swap" ? say("swap_here") : "", named, ...why.map((item) => sentence(say, board, item, spot.slot))].filter(Boolean).join(", "),
    };
  }

  hint(found, isOver, isRow, isFree) {
    const { say } = this;
    if (found.kind === "yes") return isOver ? { className: "drop", text: say("drop_here") } : { className: isRow ? "yes" : "yes quiet", text: say("free") };
    if (found.kind === "warn") return isOver ? { className: "drop warned", text: say("drop_here") } : { className: "warned", text: say("free") };
    if (found.kind === "swap") return { className: isOver ? "swap over" : "swap", text: isOver ? say("swap_here") : "" };
    if (isOver || (isRow && isFree)) return { className: found.kind === "reason" ? "asks" : "no", text: say(found.broken[0].rule === "available" || found.broken[0].rule === "round_over" ? "unavailable" : "taken") };
    return null;
  }

  isChanged(index) {
    const { published, pairs } = this.board;
    if (!published) return false;
    const before = published.get(index), one = pairs[index];
    return one.slot >= 0 && (!before || before[0] !== one.slot || before[1] !== one.table);
  }

  head() {
    const { board, say } = this, changes = differences(board).length;
    const tag = this.part("tag");
    tag.textContent = board.draft ? [say("draft", { number: board.number }), board.told && say("unpublished", { num: changes })].filter(Boolean).join(" · ") : say("version", { number: board.number });
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
    this.best = null;
    if (!wide.matches) this.rounds?.draw();
    else if (this.size === "panorama") this.panorama.draw();
    else this.grid.refresh();
  }

  // After meetings moved: totals, heads, panel, maps.
  changed() {
    this.source = this.mode === "tables" ? this.tables() : this.companies();
    this.relate();
    if (wide.matches && this.grid.source) {
      this.grid.source = this.source;
      this.grid.heads();
      this.grid.totals();
    }
    this.refresh();
    this.head();
    this.later(true);
  }

  tell(text) {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { this.part("voice").textContent = text; }, SAID);
  }

  // The state machine -----------------------------------------------------------------------------------------------------

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
      hint: () => { this.hintPaint(); this.card(); },
      say: () => this.speak(effect),
      reveal: () => { this.goDay(board.slots[effect.slot].day); if (wide.matches) this.grid.reveal(this.mode === "tables" ? effect.table : this.grid.focus.row, this.grid.columnOf(effect.slot)); },
      refuse: () => this.refuse(effect),
      ask: () => this.askReason(effect),
      place: () => { this.before = { pair: effect.pair, place: placeOf(board.pairs[effect.pair]), why: board.left.get(effect.pair), edit: board.edit }; put(board, effect.pair, { slot: effect.slot, table: effect.table, da: effect.desks[0], db: effect.desks[1], pinned: false }); this.changed(); },
      send: () => this.send(effect),
      toast: () => toast(effect.text, effect.undo && { text: say("undo"), act: () => this.command("undo") }, say("close")),
      alert: () => this.alert(effect.text),
    };
    acts[effect.do]?.();
  }

  speak({ key, pair, count, slot, table, verdict: found, number }) {
    const { board, say } = this;
    if (key === "candidate") {
      const words = found.kind === "swap" ? say("swap_here") : [say("free"), ...(found.warnings ?? []).map((item) => sentence(say, board, item, slot))].join(", ");
      this.tell(say("candidate", { where: this.where(slot, table), what: words, number, count }));
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

  // What the spot under the pointer would mean, beside it.
  card() {
    const place = this.part("card"), { state, board, say } = this;
    const found = state.verdict, over = state.over;
    if (state.mode !== "moving" || !found || !over || found.kind === "here") { place.hidden = true; return; }
    const pair = board.pairs[state.pair];
    place.replaceChildren(h("p", {}, h("b", {}, board.companies[pair.b].name)), h("p", {}, say("with", { name: board.companies[pair.a].name }), pair.topic && ` · ${pair.topic}`), this.meaning(found, over, pair));
    place.hidden = false;
    const { x, y } = this.pointer ?? this.centre();
    place.style.transform = `translate(${Math.min(x + 16, innerWidth - 290)}px, ${Math.min(y + 20, innerHeight - 170)}px)`;
  }

  centre() {
    const { over } = this.state;
    const cell = over && this.grid.cellAt(this.mode === "tables" ? over.table : this.grid.focus.row, this.grid.columnOf(over.slot))?.getBoundingClientRect();
    return cell ? { x: cell.left + 20, y: cell.bottom - 16 } : { x: innerWidth / 2, y: innerHeight / 2 };
  }

  meaning(found, over, pair) {
    const { board, say } = this;
    const lines = [], kinds = { yes: ["ok", "circle-check"], warn: ["warn", "alert-triangle"], swap: ["info", "arrows-exchange"], reason: ["warn", "key"], no: ["bad", "ban"] };
    const where = this.where(over.slot, over.table);
    if (found.kind === "swap") lines.push(say("verdict_swap", { where, name: this.names(found.with) }));
    else if (found.kind === "no" || found.kind === "reason") lines.push(sentence(say, board, found.broken[0], over.slot), ...(found.kind === "reason" ? [say("verdict_reason")] : []));
    else {
      lines.push(say("verdict_free", { where }), ...found.warnings.map((item) => sentence(say, board, item, over.slot)));
      const waiting = waits(board, pair, over.slot);
      lines.push(waiting.length ? waiting.map(({ company, rounds }) => say("waits", { company: board.companies[company].name, num: rounds })).join(" ") : say("no_waits"));
      if (pair.table >= 0 && pair.table !== over.table) lines.push(say("other_table_short"));
      const people = told(board, pair, found.desks);
      if (people) lines.push(say("told", { num: people }));
    }
    return h("div", { className: `b-verdict ${kinds[found.kind][0]}` }, icon(kinds[found.kind][1]), h("div", {}, ...lines.map((line) => h("p", {}, line))));
  }

  names(index) {
    const pair = this.board.pairs[index];
    return this.say("pair", { a: this.board.companies[pair.b].name, b: this.board.companies[pair.a].name });
  }

  refuse({ rule, slot }) {
    const text = sentence(this.say, this.board, typeof rule === "string" ? { rule, company: -1 } : rule, slot);
    this.alert(text);
  }

  // Something was not done: it stays until it is closed.
  alert(text) {
    const place = this.part("alert");
    place.replaceChildren(icon("alert-triangle"), h("p", {}, text), h("button", { type: "button", className: "button small quiet", "aria-label": this.say("close"), onclick: () => { place.hidden = true; } }, icon("x")));
    place.hidden = false;
  }

  askReason({ slot, verdict: found }) {
    const { say, board } = this;
    const input = h("input", { className: "input wfull", type: "text", maxLength: 300, id: "b-reason", autocomplete: "off" });
    const error = h("p", { className: "error", hidden: true }, say("reason_missing"));
    const { element, answer, close } = dialog(say("reason_title"), [
      h("p", {}, sentence(say, board, found.broken[0], slot)), h("div", { className: "field" }, h("label", { htmlFor: "b-reason", for: "b-reason" }, say("reason_label")), h("span", { className: "hint" }, say("reason_hint")), error, input)], [{ text: say("reason_cancel"), value: "" }]);
    const yes = () => { if (input.value.trim()) close(`!${input.value.trim()}`); else { error.hidden = false; input.focus(); } };
    element.querySelector(".actions").prepend(h("button", { type: "button", className: "button primary", onclick: yes }, say("reason_yes")));
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); yes(); } });
    input.focus();
    answer.then((value) => this.dispatch(value?.startsWith("!") ? { type: "answer", reason: value.slice(1) } : { type: "cancel" }));
  }

  // The server ----------------------------------------------------------------------------------------------------------------

  async send({ body, done }) {
    const { board, say } = this;
    const asked = { act: body.act, edit: board.edit };
    if (body.pairs) asked.meetings = body.pairs.map((index) => [board.companies[board.pairs[index].a].number, board.companies[board.pairs[index].b].number]);
    if (body.slot !== undefined) { asked.slot = board.slots[body.slot].minute; if (body.table >= 0) asked.table = board.tables[body.table].label; }
    if (body.reason) asked.reason = body.reason;
    let answer, values;
    try {
      answer = await fetch(this.urls.act, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.csrf }, body: JSON.stringify(asked) });
      values = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    } catch { answer = null; }
    const refocus = wide.matches && (this.state.way === "keys" || this.grid.root.contains(document.activeElement));
    this.revert();
    if (answer?.ok) {
      await this.hear(values, true);
      this.dispatch({ type: "saved", said: this.saidOf(done, body) });
      if (refocus && body.pairs?.length === 1) this.focusOn(body.pairs[0]);
      return;
    }
    if (answer?.status === 409) {
      await this.hear(values, true);
      this.dispatch({ type: "refused", said: { text: values.error } });
      this.conflict(body, values);
      return;
    }
    this.changed();
    this.dispatch({ type: "refused", said: { text: values?.error ?? say(answer === null ? "offline" : answer.status === 401 || answer.redirected ? "signed_out" : "our_fault") } });
  }

  revert() {
    const { before, board } = this;
    this.before = null;
    if (before && board.edit === before.edit) put(board, before.pair, before.place, before.why);
  }

  saidOf(done, body) {
    const { board, say } = this, index = body.pairs?.[0], count = body.pairs?.length ?? 0;
    if (done === "moved") { const pair = board.pairs[index]; return { text: say("said_moved", { where: this.where(pair.slot, pair.table) }), undo: true }; }
    if (done === "undo" || done === "redo") return { text: say(`said_${done}`) };
    return { text: say(`said_${done}`, { num: count }, count), undo: true };
  }

  // Both sides of a conflict, and the way on.
  async conflict(body, values) {
    const { board, say } = this, index = body.pairs?.[0];
    const rows = values.steps.filter((step) => !step.mine).map((step) => ({ step, changes: step.changes.map(([a, b]) => board.byNumbers.get(`${a}:${b}`) ?? board.byNumbers.get(`${b}:${a}`)) }));
    const theirs = rows.findLast((row) => row.changes.some((pair) => body.pairs?.includes(pair) || (pair !== undefined && board.pairs[pair].slot === body.slot && board.pairs[pair].table === body.table)));
    if (index === undefined || !theirs) return;
    const now = board.pairs[theirs.changes.find((pair) => pair !== undefined)];
    const { answer } = dialog(say("conflict_title"), [h("p", {}, values.error), h("dl", { className: "summary" },
      h("div", {}, h("dt", {}, say("yours")), h("dd", {}, `${this.names(index)}: ${body.slot === undefined ? say(`act_${body.act}`) : this.where(body.slot, body.table)}`)),
      h("div", {}, h("dt", {}, say("theirs", { name: theirs.step.name, time: theirs.step.at })), h("dd", {}, `${this.names(now.index)}: ${this.where(now.slot, now.table)}${now.pinned ? ` · ${say("pinned")}` : ""}`)))],
    [{ text: say("keep_theirs"), value: "", kind: "primary" }, { text: say("try_again"), value: "again" }]);
    if (await answer === "again") {
      this.part("alert").hidden = true;
      if (body.act === "move") { this.pick(index); if (body.slot !== undefined) this.dispatch({ type: "over", slot: body.slot, table: body.table }); } else this.command(body.act, body.pairs);
    }
  }

  // News of the server: steps of others and our own.
  async hear(news, own = false) {
    const { board, say } = this;
    if (news.number !== undefined && news.number !== board.number) {
      for (const name of Object.keys(this.urls)) this.urls[name] = this.urls[name].replace(/\/horario\/\d+\//, `/horario/${news.number}/`);
      await this.load();
      history.replaceState(null, "", this.query({ version: news.number }));
      this.live?.again();
      this.show(true);
      return;
    }
    const fresh = news.steps.filter((step) => step.edit > board.edit), others = fresh.filter((step) => !step.mine);
    const changed = take(board, news.steps);
    if (changed === null) { await this.load(); this.show(true); return; }
    if (own) board.edit = Math.max(board.edit, news.edit ?? 0);
    for (const name of ["undo", "redo", "here"]) if (news[name] !== undefined) board[name] = news[name];
    for (const { pair, step } of changed) {
      this.clashing.delete(pair);
      if (!step.mine) {
        this.flashes.set(pair, step.initials);
        setTimeout(() => { this.flashes.delete(pair); this.refresh(); }, SEEN);
      }
    }
    if (fresh.length || own) {
      board.clashes = board.clashes.filter((clash) => !clash.pairs.some((pair) => changed.some((one) => one.pair === pair)));
      this.changed();
      if (this.state.mode === "moving") this.dispatch({ type: "changed" });
    } else this.head();
    if (others.length) {
      const last = others.at(-1);
      this.tell(say("others", { name: last.name, time: last.at, num: others.length }, others.length));
      this.part("live").textContent = say("others", { name: last.name, time: last.at }, others.length);
    }
    if (news.closed && board.can) { board.can = false; this.alert(say("closed")); this.show(true); }
  }

  // Commands of mouse, finger and keys ------------------------------------------------------------------------------------------

  command(act, pairs) {
    if (this.state.mode !== "idle") return;
    if ((act === "undo" || act === "redo") && !this.board[act]) { this.tell(this.say(`nothing_${act}`)); return; }
    const done = { pin: "pinned", unpin: "unpinned", unschedule: "unscheduled" }[act] ?? act;
    const meant = act === "unschedule" ? pairs.filter((index) => !this.board.pairs[index].pinned) : pairs;
    if (pairs?.length && !meant.length) { this.refuse({ rule: "meeting_pinned" }); return; }
    this.chosen.clear();
    this.dispatch({ type: "command", act, pairs: meant, done });
  }

  // Pick up from anywhere; phones choose from a list, wider pages in the grid.
  pick(index, swap = false) {
    if (this.state.mode !== "idle") this.dispatch({ type: "cancel" });
    if (!wide.matches) { this.chooseFromList(index); return; }
    if (swap) { this.swaps(index); return; }
    if (this.size === "panorama") this.setSize("compact");
    this.pointer = null;
    this.dispatch({ type: "pick", pair: index, way: "keys" });
    if (this.state.mode !== "moving") return;
    const first = this.state.spots.find((spot) => this.board.slots[spot.slot].day === this.day) ?? this.state.spots[0];
    this.grid.root.focus();
    const row = this.board.pairs[index].slot >= 0 && this.board.slots[this.board.pairs[index].slot].day === this.day ? this.source.rowOf(index) : first ? first.table : this.grid.focus.row;
    const column = this.board.pairs[index].slot >= 0 ? this.grid.columnOf(this.board.pairs[index].slot) : -1;
    this.grid.setFocus(this.mode === "tables" ? row : this.source.rowOf(index), column >= 0 ? column : Math.max(0, this.grid.columnOf(first?.slot ?? -1)));
    if (first && this.board.slots[first.slot].day !== this.day) this.goDay(this.board.slots[first.slot].day);
  }

  async chooseFromList(index) {
    const { board, say } = this;
    const [state] = next(idle, { type: "pick", pair: index, way: "tap" }, board);
    if (state.mode !== "moving") { this.dispatch({ type: "pick", pair: index, way: "tap" }); return; }
    const rows = new Map();
    for (const spot of state.spots) rows.set(spot.slot, [...(rows.get(spot.slot) ?? []), spot.table]);
    let chosen;
    const list = h("ul", { className: "b-spots" });
    for (const [slot, tables] of rows) {
      list.append(h("li", {}, h("b", {}, `${board.days[board.slots[slot].day].label}, ${board.slots[slot].starts}`), h("div", {}, ...tables.slice(0, 12).map((table) => {
        const found = verdict(board, board.pairs[index], slot, table, state.known);
        return h("button", { type: "button", className: `button small ${found.kind === "warn" ? "warned" : ""}`, onclick: () => { chosen = { slot, table }; opened.close(); } }, found.kind === "warn" && icon("alert-triangle"), h("span", {}, say("table_short", { table: board.tables[table].label }), found.kind === "warn" && h("span", { className: "hidden" }, `. ${sentence(say, board, found.warnings[0], slot)}`)));
      }))));
    }
    const opened = dialog(this.names(index), [h("p", {}, state.spots.length ? say("spots", { num: state.spots.length }) : say("picked_nowhere", { name: board.companies[board.pairs[index].b].name })), list], [{ text: say("cancel"), value: "" }], { wide: true });
    await opened.answer;
    if (!chosen) return;
    this.dispatch({ type: "pick", pair: index, way: "tap" });
    this.dispatch({ type: "drop", ...chosen });
  }

  // Choose the meeting to change places with.
  async swaps(index) {
    const { board, say } = this, one = board.pairs[index];
    if (one.slot < 0 || one.pinned) { this.refuse({ rule: one.pinned ? "meeting_pinned" : "no_place" }); return; }
    const found = board.pairs.filter((other) => canSwap(board, one, other));
    let chosen = -1;
    const list = h("ul", { className: "b-spots" }, ...found.slice(0, 80).map((other) => h("li", {}, h("button", { type: "button", className: "button small", onclick: () => { chosen = other.index; opened.close(); } }, icon("arrows-exchange"), h("span", {}, this.names(other.index))), h("span", { className: "soft" }, this.where(other.slot, other.table)))));
    const opened = dialog(say("swap_title", { name: this.names(index) }), [found.length ? list : h("p", {}, say("no_swaps"))], [{ text: say("cancel"), value: "" }], { wide: true });
    await opened.answer;
    if (chosen < 0) return;
    const target = board.pairs[chosen];
    this.dispatch({ type: "pick", pair: index, way: "keys" });
    this.dispatch({ type: "drop", slot: target.slot, table: target.table });
  }

  openMenu(index, x, y) {
    const { board, say } = this, pair = board.pairs[index];
    const row = this.chosen.size > 1 && this.chosen.has(index) ? [...this.chosen] : null;
    const at_table = board.pairs.filter((one) => one.table === pair.table && one.slot >= 0 && board.slots[one.slot].day === this.day && !one.pinned).map((one) => one.index);
    const at_slot = board.pairs.filter((one) => one.slot === pair.slot && !one.pinned).map((one) => one.index);
    const of_company = [...board.companies[pair.b].pairs].filter((one) => !board.pairs[one].pinned);
    const many = (key, list, values) => (list.length > 1 ? { text: say(key, { num: list.length, ...values }, list.length), icon: "pin", act: () => this.command("pin", list) } : null);
    menu(row ? [
      { text: say("pin_these", { num: row.length }), icon: "pin", act: () => this.command("pin", row) }, { text: say("unpin_these", { num: row.length }), icon: "pinned-off", act: () => this.command("unpin", row) },
      { text: say("remove_these", { num: row.length }), icon: "calendar-off", act: () => this.command("unschedule", row) },
    ] : [
      board.can && !pair.pinned && { text: say("move"), icon: "arrows-move", key: "M", act: () => this.pick(index) },
      board.can && !pair.pinned && { text: say("swap"), icon: "arrows-exchange", key: "S", act: () => this.pick(index, true) },
      board.can && { text: say(pair.pinned ? "unpin" : "pin"), icon: pair.pinned ? "pinned-off" : "pin", key: "P", act: () => this.command(pair.pinned ? "unpin" : "pin", [index]) },
      board.can && !pair.pinned && { text: say("remove"), icon: "calendar-off", key: "Supr", act: () => this.command("unschedule", [index]) },
      board.can && many("pin_table", at_table, { table: board.tables[pair.table]?.label }), board.can && many("pin_slot", at_slot, { time: board.slots[pair.slot].starts }), board.can && many("pin_company", of_company, { name: board.companies[pair.b].name }),
      { text: say("open"), icon: "eye", act: () => this.openDetail(index) },
    ], x, y, this.names(index));
  }

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
    this.root.querySelector("[data-tab=detail]").hidden = index < 0;
    if (index < 0 && this.panel.tab === "detail") this.panel.tab = "left";
    this.later();
  }

  // Every other meeting of both companies stands out.
  relate() {
    const { board, state } = this, index = state.mode === "moving" ? state.pair : this.selected;
    this.related = new Set(index < 0 ? [] : [...board.companies[board.pairs[index].a].pairs, ...board.companies[board.pairs[index].b].pairs]);
    this.related.delete(index);
    this.fixed = state.mode === "moving" ? this.fixedTables() : [];
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

  pairOf(target) {
    const card = target.closest?.(".b-card");
    if (card) return target.closest("button") ? -1 : Number(card.dataset.pair);
    const cell = target.closest?.(".b-cell");
    if (!cell) return -1;
    const here = this.placeOfCell(cell);
    return here ? this.source.pair(here.row, here.slot) : -1;
  }

  placeOfCell(element) {
    const row = Number(element.parentElement.getAttribute("aria-rowindex")) - 2, column = Number(element.getAttribute("aria-colindex")) - 2;
    return this.grid.slots[column] ? { row, column, slot: this.grid.slots[column].slot } : null;
  }

  startDrag(pair) {
    if (this.state.mode !== "idle" && this.state.mode !== "moving") return false;
    if (this.state.mode === "moving") this.dispatch({ type: "cancel" });
    this.dispatch({ type: "pick", pair, way: "drag" });
    return this.state.mode === "moving";
  }

  overAt(x, y, target) {
    this.pointer = { x, y };
    const tray = target?.closest?.("[data-side]");
    this.part("side").classList.toggle("over", Boolean(tray) && this.state.way === "drag");
    const here = this.grid.under(x, y);
    if (here) this.dispatch({ type: "over", ...this.source.spot(here.row, here.slot) });
    else if (this.state.over) this.dispatch({ type: "out" });
    this.card();
  }

  dropAt(x, y, target) {
    this.part("side").classList.remove("over");
    const here = this.grid.under(x, y);
    if (here) this.dispatch({ type: "drop", ...this.source.spot(here.row, here.slot) });
    else if (target?.closest?.("[data-side]")) this.dispatch({ type: "tray" });
    else this.dispatch({ type: "cancel" });
    this.pointer = null;
    this.card();
  }

  onClick(event) {
    const cell = event.target.closest(".b-cell"), here = cell && this.placeOfCell(cell);
    if (!here) return;
    if (this.state.mode === "moving") { this.dispatch({ type: "drop", ...this.source.spot(here.row, here.slot) }); this.card(); return; }
    const pair = this.source.pair(here.row, here.slot), began = performance.now();
    if (event.ctrlKey || event.metaKey) this.choose(pair);
    else {
      this.chosen.clear();
      this.bar();
      if (pair < 0) this.select(-1);
      else this.openDetail(pair, false);
    }
    this.grid.setFocus(here.row, here.column);  // last: what stands out and the focus are laid out together
    if (pair >= 0 && event.pointerType === "touch") this.openMenu(pair, event.clientX, event.clientY);
    requestAnimationFrame(() => setTimeout(() => performance.measure("board-highlight", { start: began })));
  }

  choose(pair) {
    if (pair < 0) return;
    if (this.chosen.has(pair)) this.chosen.delete(pair); else this.chosen.add(pair);
    this.grid.remark();
    this.bar();
    this.tell(this.say("chosen", { num: this.chosen.size }));
  }

  onFocus(event) {
    const cell = event.target.closest(".b-cell");
    const here = cell && this.placeOfCell(cell);
    if (here && (here.row !== this.grid.focus.row || here.column !== this.grid.focus.column)) this.grid.setFocus(here.row, here.column, { focus: false });
  }

  onKey(event) {
    const moving = this.state.mode === "moving", meant = commandOf(event, moving);
    if (!meant || (event.target !== this.grid.root && !event.target.closest(".b-cell"))) return;
    event.preventDefault();
    event.stopPropagation();
    const { row, column } = this.grid.focus, slot = this.grid.slots[column]?.slot, pair = this.source.pair(row, slot);
    const many = this.chosen.size ? [...this.chosen] : pair >= 0 ? [pair] : [];
    const acts = {
      go: () => { this.chosen.clear(); this.moveFocus(meant.dx, meant.dy); },
      extend: () => { if (pair >= 0 && !this.chosen.has(pair)) this.choose(pair); this.moveFocus(meant.dx, meant.dy); const now = this.source.pair(this.grid.focus.row, this.grid.slots[this.grid.focus.column].slot); if (now >= 0 && !this.chosen.has(now)) this.choose(now); },
      edge: () => this.grid.setFocus(row, meant.end ? Infinity : 0),
      corner: () => this.grid.setFocus(meant.end ? Infinity : 0, meant.end ? Infinity : 0),
      open: () => { if (pair >= 0) this.openDetail(pair); },
      menu: () => { if (pair >= 0) { const box = this.grid.cellAt(row, column).getBoundingClientRect(); this.openMenu(pair, box.left, box.bottom); } },
      leave: () => { this.chosen.clear(); this.select(-1); this.refresh(); this.bar(); },
      move: () => { if (pair >= 0) this.pick(pair); },
      swap: () => { if (pair >= 0) this.pick(pair, true); },
      pin: () => { if (many.length) this.command(many.every((one) => this.board.pairs[one].pinned) ? "unpin" : "pin", many); },
      unschedule: () => { if (moving) { this.dispatch({ type: "tray" }); } else if (many.length) this.command("unschedule", many); },
      undo: () => this.command("undo"), redo: () => this.command("redo"), help: () => this.help(), day: () => this.goDay(this.day + meant.by),
      candidate: () => { this.pointer = null; this.dispatch({ type: "step", dx: meant.dx, dy: meant.dy }); this.followCandidate(); },
      drop: () => this.dispatch({ type: "drop" }), cancel: () => { const back = this.state.pair; this.dispatch({ type: "cancel" }); this.card(); this.focusOn(back); },
    };
    acts[meant.act]?.();
    if (meant.act === "drop") this.card();
  }

  // The focus goes with the candidate, so that readers and magnifiers follow.
  followCandidate() {
    const { over } = this.state;
    if (!over) return;
    this.grid.setFocus(this.mode === "tables" ? over.table : this.grid.focus.row, this.grid.columnOf(over.slot));
    this.card();
  }

  moveFocus(dx, dy) {
    const { row, column } = this.grid.focus;
    this.grid.setFocus(row + dy, column + dx);
  }

  // The line at the foot while something is in hand.
  bar() {
    const place = this.part("bar"), { state, say, board } = this;
    const key = (...names) => names.map((name) => h("kbd", {}, name));
    if (state.mode === "moving") {
      place.replaceChildren(h("b", {}, say("moving")), ` ${board.companies[board.pairs[state.pair].b].name}`, h("span", {}, ...key("←", "→"), ` ${say("bar_next")}`), h("span", {}, ...key("Enter"), ` ${say("bar_drop")}`), h("span", {}, ...key("Esc"), ` ${say("cancel")}`), h("span", {}, ...key("Supr"), ` ${say("bar_remove")}`),
        h("button", { type: "button", className: "button small", onclick: () => { this.dispatch({ type: "cancel" }); this.card(); } }, say("cancel")));
    } else if (this.chosen.size > 1) {
      const list = [...this.chosen];
      place.replaceChildren(h("b", {}, say("chosen", { num: list.length })), button(say("pin"), "pin", () => this.command("pin", list)), button(say("unpin"), "pinned-off", () => this.command("unpin", list)), button(say("remove"), "calendar-off", () => this.command("unschedule", list)));
    }
    place.hidden = state.mode !== "moving" && this.chosen.size < 2;
    this.root.classList.toggle("moving", state.mode === "moving");
    if (state.mode !== "moving") this.part("card").hidden = true;
  }

  help() {
    const rows = this.texts.shortcuts.map(([keys, words]) => h("div", {}, h("dt", {}, ...keys.split(" ").map((name) => h("kbd", {}, name))), h("dd", {}, words)));
    dialog(this.say("help_title"), [h("dl", { className: "b-keys" }, ...rows)], [{ text: this.say("close"), value: "" }], { wide: true });
  }
}

const root = document.querySelector("[data-board]");
if (root) {
  const page = new Board(root);
  root.page = page;  // tests and benchmarks look at the state here
  page.start();
}

