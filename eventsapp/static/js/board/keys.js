// The keyboard of the grid: which command a key means. Single letters count only while the grid has the focus.

export function commandOf(event, moving) {
  const { key } = event, control = event.ctrlKey || event.metaKey;
  if (control && key.toLowerCase() === "z") return event.shiftKey ? { act: "redo" } : { act: "undo" };
  if (control && key.toLowerCase() === "y") return { act: "redo" };
  if (control && (key === "Home" || key === "End")) return { act: "corner", end: key === "End" };
  if (control || event.altKey) return null;
  const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (moving) {
    if (arrow) return { act: "candidate", dx: arrow[0], dy: arrow[1] };
    return { Enter: { act: "drop" }, " ": { act: "drop" }, Escape: { act: "cancel" }, Delete: { act: "unschedule" } }[key] ?? null;
  }
  if (arrow) return { act: event.shiftKey ? "extend" : "go", dx: arrow[0], dy: arrow[1] };
  return {
    Home: { act: "edge", end: false }, End: { act: "edge", end: true },
    PageUp: { act: "go", dx: 0, dy: -10 }, PageDown: { act: "go", dx: 0, dy: 10 },
    Enter: { act: "open" }, " ": { act: "menu" }, ContextMenu: { act: "menu" }, Escape: { act: "leave" },
    m: { act: "move" }, M: { act: "move" }, p: { act: "pin" }, P: { act: "pin" }, s: { act: "swap" }, S: { act: "swap" },
    Delete: { act: "unschedule" }, Backspace: { act: "unschedule" }, "?": { act: "help" }, "[": { act: "day", by: -1 }, "]": { act: "day", by: 1 },
  }[key] ?? null;
}
