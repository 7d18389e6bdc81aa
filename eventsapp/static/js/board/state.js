// Moving a meeting, one state machine for three ways in: dragging, "Mover a…" and the key M. Pure: next(state, event, board)
// gives the new state and what is to be done about it; it touches neither the page nor the server.
import { desksOf, spotsOf, tableFor, verdict } from "./feasible.js";

export const idle = Object.freeze({ mode: "idle" });

const same = (one, other) => one && other && one.slot === other.slot && one.table === other.table;

export function next(state, event, board) {
  const act = MOVES[state.mode]?.[event.type];
  return act ? act(state, event, board) : [state, []];
}

function pick(_state, { pair, way }, board) {
  const held = board.pairs[pair];
  if (!board.can) return [idle, [{ do: "say", key: "closed" }]];
  if (held.pinned) return [idle, [{ do: "refuse", rule: "meeting_pinned", pair }]];
  const spots = spotsOf(board, held);
  const over = held.slot >= 0 ? { slot: held.slot, table: held.table } : null;
  const state = { mode: "moving", pair, way, spots, over, from: over, known: new Map() };
  const said = spots.length ? "picked" : "picked_nowhere";
  return [state, [{ do: "paint" }, { do: "say", key: said, pair, count: spots.length }]];
}

// Over a spot: the verdict is shown before the drop.
function over(state, { slot, table }, board) {
  if (same(state.over, { slot, table })) return [state, []];
  const found = { ...state, over: { slot, table }, verdict: verdict(board, board.pairs[state.pair], slot, table, state.known) };
  return [found, [{ do: "hint" }]];
}

// To the next possible spot in time order (dx) or to another table of the same round (dy).
function step(state, { dx = 0, dy = 0 }, board) {
  const { spots } = state;
  if (!spots.length) return [state, [{ do: "say", key: "picked_nowhere", pair: state.pair, count: 0 }]];
  const here = state.over ?? { slot: -1, table: -1 };
  const place = (spot) => spot.slot * board.tables.length + spot.table;
  let target;
  if (dy) {
    const column = spots.filter((spot) => spot.slot === here.slot);
    target = dy > 0 ? column.find((spot) => spot.table > here.table) : column.findLast((spot) => spot.table < here.table);
  } else {
    const rounds = [...new Set(spots.map((spot) => spot.slot))];
    const slot = dx > 0 ? rounds.find((round) => round > here.slot) ?? rounds[0] : rounds.findLast((round) => round < here.slot) ?? rounds.at(-1);
    const inRound = spots.filter((spot) => spot.slot === slot);
    const wanted = tableFor(board, board.pairs[state.pair], slot);
    target = inRound.find((spot) => spot.table === here.table) ?? inRound.find((spot) => spot.table === wanted) ?? inRound[0];
  }
  if (!target) return [state, [{ do: "say", key: "no_other_table" }]];
  const found = { ...state, over: target, verdict: verdict(board, board.pairs[state.pair], target.slot, target.table, state.known) };
  const number = spots.findIndex((spot) => place(spot) === place(target)) + 1;
  return [found, [{ do: "hint" }, { do: "reveal", ...target }, { do: "say", key: "candidate", ...target, verdict: found.verdict, number, count: spots.length }]];
}

function drop(state, event, board) {
  const target = event.slot === undefined ? state.over : { slot: event.slot, table: event.table };
  if (!target || same(target, state.from)) return cancel(state);
  const found = verdict(board, board.pairs[state.pair], target.slot, target.table);
  if (found.kind === "swap") return exchange({ ...state, with: found.with }, target);
  if (found.kind === "reason") return [{ ...state, mode: "asking", over: target, verdict: found }, [{ do: "ask", ...target, verdict: found }]];
  if (found.kind === "no") return refuse(state, found, target);
  return send(state, target, found.desks ?? desksOf(board, board.pairs[state.pair])[0]);
}

function send(state, target, desks, reason = "") {
  const saving = { mode: "saving", pair: state.pair, from: state.from, over: target, way: state.way };
  return [saving, [
    { do: "place", pair: state.pair, ...target, desks },
    { do: "send", body: { act: "move", pairs: [state.pair], ...target, reason }, done: "moved" },
  ]];
}

function exchange(state, target) {
  const saving = { mode: "saving", pair: state.pair, from: state.from, over: target, way: state.way };
  return [saving, [{ do: "send", body: { act: "swap", pairs: [state.pair, state.with] }, done: "swapped" }]];
}

// Refused: what was dragged returns; by keys and taps one stays in the move and may try elsewhere.
function refuse(state, found, target) {
  const effects = [{ do: "refuse", rule: found.broken[0], pair: state.pair, ...target }];
  return state.way === "drag" ? [idle, [...effects, { do: "paint" }]] : [state, effects];
}

const cancel = (state) => [idle, [{ do: "paint" }, { do: "say", key: "cancelled", pair: state.pair }]];

// Anything that is done at once, without choosing a spot.
function command(_state, { act, pairs, done }) {
  return [{ mode: "saving", pair: pairs?.[0] ?? -1 }, [{ do: "send", body: { act, pairs }, done }]];
}

// A change as it was sent before, from whatever time.
const repeat = (_state, { body, done }) => [{ mode: "saving", pair: body.pairs?.[0] ?? -1 }, [{ do: "send", body, done }]];

const MOVES = {
  idle: { pick, command, repeat },
  moving: {
    pick, over, step, drop, cancel,
    out: (state) => [{ ...state, over: null, verdict: null }, [{ do: "hint" }]],
    tray: (state, _event, board) => (board.pairs[state.pair].slot < 0 ? cancel(state) : command(state, { act: "unschedule", pairs: [state.pair], done: "unscheduled" })),
    changed: (state, _event, board) => (board.pairs[state.pair].pinned ? cancel(state) : [{ ...state, spots: spotsOf(board, board.pairs[state.pair]), known: new Map() }, [{ do: "paint" }]]),
  },
  asking: {
    answer: (state, { reason }) => send(state, state.over, state.verdict.desks, reason),
    cancel,
  },
  saving: {
    saved: (_state, { said }) => [idle, [{ do: "paint" }, ...(said ? [{ do: "toast", ...said }] : [])]],
    refused: (_state, { said }) => [idle, [{ do: "paint" }, { do: "alert", ...said }]],
  },
};
