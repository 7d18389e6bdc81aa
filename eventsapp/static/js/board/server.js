// The server has the last word: what is sent to it, what it answers, what others did, and what waits for a sign-in.
import { placeOf, put, take } from "./data.js";
import { dialog, h } from "./dom.js";

const SEEN = 6_000, KEPT = "board-waiting";

export class Server {
  constructor(page, urls, csrf) {
    this.page = page;
    this.urls = urls;
    this.csrf = csrf;
    this.before = null;
  }

  // Paint a move before the server has said yes.
  place({ pair, slot, table, desks }) {
    const { board } = this.page;
    this.before = { pair, place: placeOf(board.pairs[pair]), why: board.left.get(pair), edit: board.edit };
    put(board, pair, { slot, table, da: desks[0], db: desks[1], pinned: false });
    this.page.changed();
  }

  revert() {
    const { before, page: { board } } = this;
    this.before = null;
    if (before && board.edit === before.edit) put(board, before.pair, before.place, before.why);
  }

  asked(body) {
    const { board } = this.page, asked = { act: body.act, edit: board.edit };
    if (body.pairs) asked.meetings = body.pairs.map((index) => [board.companies[board.pairs[index].a].number, board.companies[board.pairs[index].b].number]);
    if (body.slot !== undefined) { asked.slot = board.slots[body.slot].minute; if (body.table >= 0) asked.table = board.tables[body.table].label; }
    if (body.reason) asked.reason = body.reason;
    return asked;
  }

  async send({ body, done }) {
    const { page } = this, { say } = page, asked = this.asked(body);
    let answer, values;
    try {
      answer = await fetch(this.urls.act, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.csrf }, body: JSON.stringify(asked) });
      values = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
    } catch { answer = null; }
    const refocus = page.isWide() && (page.state.way === "keys" || page.grid.root.contains(document.activeElement));
    this.revert();
    if (answer?.ok) {
      await this.hear(values, true);
      page.dispatch({ type: "saved", said: this.saidOf(done, body) });
      if (refocus && body.pairs?.length === 1) page.focusOn(body.pairs[0]);
      return;
    }
    if (answer?.status === 409) {
      await this.hear(values, true);
      page.dispatch({ type: "refused", said: { text: values.error } });
      this.conflict(body, values);
      return;
    }
    page.changed();
    const isOut = answer && !values && await this.isSignedOut();
    page.dispatch({ type: "refused", said: { text: values?.error ?? say(answer === null ? "offline" : isOut ? "signed_out" : "our_fault") } });
    if (isOut) this.keep(asked, this.inWords(body));
  }

  async isSignedOut() {
    try {
      const answer = await fetch(`${this.urls.news}?desde=${this.page.board.edit}`, { credentials: "same-origin", redirect: "manual" });
      return answer.type === "opaqueredirect" || answer.status === 401;
    } catch { return false; }
  }

  // The session ended in the middle: the change waits in this browser, and after signing in it is offered again.
  async keep(asked, words) {
    const { say, root } = this.page;
    sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, asked, words }));
    const { answer } = dialog(say("out_title"), [h("p", {}, words), h("p", {}, say("out_text"))],
      [{ text: say("out_enter"), value: "enter", kind: "primary" }, { text: say("close"), value: "" }]);
    if (await answer === "enter") location.assign(`${root.dataset.enter}?next=${encodeURIComponent(location.pathname + location.search)}`);
  }

  async offerKept() {
    const { page } = this, { say } = page, kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    if (kept?.path !== location.pathname || !page.board.can) return;
    sessionStorage.removeItem(KEPT);
    const { answer } = dialog(say("kept_title"), [h("p", {}, kept.words)], [{ text: say("try_again"), value: "again", kind: "primary" }, { text: say("kept_drop"), value: "" }]);
    if (await answer === "again") this.repeat(kept.asked);
  }

  repeat({ act, meetings, slot, table, reason }) {
    const { board, say } = this.page;
    const pairs = meetings?.map(([a, b]) => board.byNumbers.get(`${a}:${b}`)).filter((index) => index !== undefined);
    if (meetings && pairs.length !== meetings.length) { this.page.alert(say("our_fault")); return; }
    const body = { act, pairs, reason };
    if (slot !== undefined) Object.assign(body, { slot: board.slotOf.get(slot), table: board.tableOf.get(table) ?? -1 });
    this.page.dispatch({ type: "repeat", body, done: { move: "moved", swap: "swapped", pin: "pinned", unpin: "unpinned", unschedule: "unscheduled" }[act] ?? act });
  }

  // A change in words: whose meeting, and where to or what else.
  inWords(body) {
    const { page } = this, index = body.pairs?.[0];
    const what = body.slot === undefined ? page.say(`act_${body.act}`) : page.where(body.slot, body.table);
    return index === undefined ? what : `${page.names(index)}: ${what}`;
  }

  saidOf(done, body) {
    const { board, say, there } = this.page, index = body.pairs?.[0], count = body.pairs?.length ?? 0;
    if (done === "moved") return { text: there(board.pairs[index].slot, board.pairs[index].table), undo: true };
    if (done === "undo" || done === "redo") return { text: say(`said_${done}`) };
    return { text: say(`said_${done}`, { num: count }, count), undo: true };
  }

  // Both sides of a conflict, and the way on.
  async conflict(body, values) {
    const { page } = this, { board, say } = page, index = body.pairs?.[0];
    const rows = values.steps.filter((step) => !step.mine).map((step) => ({ step, changes: step.changes.map(([a, b]) => board.byNumbers.get(`${a}:${b}`) ?? board.byNumbers.get(`${b}:${a}`)) }));
    const theirs = rows.findLast((row) => row.changes.some((pair) => body.pairs?.includes(pair) || (pair !== undefined && board.pairs[pair].slot === body.slot && board.pairs[pair].table === body.table)));
    if (index === undefined || !theirs) return;
    const now = board.pairs[theirs.changes.find((pair) => pair !== undefined)];
    const { answer } = dialog(say("conflict_title"), [h("p", {}, values.error), h("dl", { className: "summary" },
      h("div", {}, h("dt", {}, say("yours")), h("dd", {}, this.inWords(body))),
      h("div", {}, h("dt", {}, say("theirs", { name: theirs.step.name, time: theirs.step.at })), h("dd", {}, `${page.names(now.index)}: ${page.where(now.slot, now.table)}${now.pinned ? ` · ${say("pinned")}` : ""}`)))],
    [{ text: say("keep_theirs"), value: "", kind: "primary" }, { text: say("try_again"), value: "again" }]);
    if (await answer !== "again") return;
    page.part("alert").hidden = true;
    if (body.act !== "move") { page.command(body.act, body.pairs); return; }
    page.choices.pick(index);
    if (body.slot !== undefined) page.dispatch({ type: "over", slot: body.slot, table: body.table });
  }

  // News of the server: steps of others and our own.
  async hear(news, own = false) {
    const { page } = this, { board, say } = page;
    if (news.number !== undefined && news.number !== board.number) {
      if (!own) return;  // a last word of the version before
      for (const name of Object.keys(this.urls)) this.urls[name] = this.urls[name].replace(/\/horario\/\d+\//, `/horario/${news.number}/`);
      await page.load();
      history.replaceState(null, "", page.query({ version: news.number }));
      page.live?.again();
      page.show(true);
      return;
    }
    const fresh = news.steps.filter((step) => step.edit > board.edit), others = fresh.filter((step) => !step.mine);
    const changed = take(board, news.steps);
    if (changed === null) { await page.load(); page.show(true); return; }
    if (own) board.edit = Math.max(board.edit, news.edit ?? 0);
    for (const name of ["undo", "redo", "here"]) if (news[name] !== undefined) board[name] = news[name];
    for (const { pair, step } of changed) {
      page.clashing.delete(pair);
      if (!step.mine) {
        page.flashes.set(pair, step.initials);
        setTimeout(() => { page.flashes.delete(pair); page.refresh(); }, SEEN);
      }
    }
    if (fresh.length || own) {
      board.clashes = board.clashes.filter((clash) => !clash.pairs.some((pair) => changed.some((one) => one.pair === pair)));
      page.changed();
      if (page.state.mode === "moving") page.dispatch({ type: "changed" });
    } else page.head();
    if (others.length) {
      const last = others.at(-1), words = say("others", { name: last.name, time: last.at }, others.length);
      page.tell(words);
      page.part("live").textContent = words;
    }
    if (news.closed && board.can && page.state.mode !== "saving") { board.can = false; page.alert(say("closed")); page.show(true); }
  }
}
