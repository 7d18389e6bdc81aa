// Availability: drag over rounds to tick or clear them in one go; with the keyboard the arrows go from round to round and
// Shift paints on the way; on a touch screen one holds a round and then draws. Without this script they are tick boxes.
const HOLD = 350;

for (const day of document.querySelectorAll("[data-paint]")) {
  const area = day.querySelector("[data-paint-area]");
  const boxes = () => [...area.querySelectorAll("input[type=checkbox]:not(:disabled)")];
  const set = (box, on) => {
    if (box.checked === on) return;
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const tools = day.querySelector("[data-paint-tools]");
  tools.hidden = false;
  tools.querySelector("[data-paint-all]").addEventListener("click", () => boxes().forEach((box) => set(box, true)));
  tools.querySelector("[data-paint-none]").addEventListener("click", () => boxes().forEach((box) => set(box, false)));

  const middle = (box) => { const { left, right, top } = box.closest(".choice").getBoundingClientRect(); return { x: (left + right) / 2, y: top }; };
  // The round above or below: the nearest one of the next row.
  const inRow = (from, way) => {
    const at = middle(from);
    const rest = boxes().map((box) => ({ box, ...middle(box) })).filter(({ y }) => (y - at.y) * way > 1);
    return rest.sort((a, b) => Math.abs(a.y - at.y) - Math.abs(b.y - at.y) || Math.abs(a.x - at.x) - Math.abs(b.x - at.x))[0]?.box;
  };
  const beside = (from, way) => { const all = boxes(); return all[all.indexOf(from) + way]; };
  const KEYS = { ArrowLeft: [beside, -1], ArrowRight: [beside, 1], ArrowUp: [inRow, -1], ArrowDown: [inRow, 1] };
  area.addEventListener("keydown", (event) => {
    const key = KEYS[event.key];
    if (!key || event.ctrlKey || event.altKey || event.metaKey || !event.target.matches("input")) return;
    event.preventDefault();
    const next = key[0](event.target, key[1]);
    if (!next) return;
    if (event.shiftKey) set(next, event.target.checked);
    next.focus();
  });

  let stroke = null, hold;
  const boxAt = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".choice")?.querySelector("input:not(:disabled)");
  area.addEventListener("pointerdown", (event) => {
    const box = event.button === 0 && event.target.closest(".choice")?.querySelector("input:not(:disabled)");
    if (!box) return;
    if (event.pointerType !== "touch") stroke = { first: box, on: !box.checked, moved: false };
    // A swipe scrolls the page and a tap is a plain tick; who stays on a round begins to draw.
    else hold = setTimeout(() => {
      stroke = { first: box, on: !box.checked, moved: true };
      area.classList.add("painting");
      set(box, stroke.on);
    }, HOLD);
  });
  area.addEventListener("touchmove", (event) => { if (stroke) event.preventDefault(); }, { passive: false });
  area.addEventListener("contextmenu", (event) => { if (stroke?.moved || event.pointerType === "touch") event.preventDefault(); });
  area.addEventListener("pointermove", (event) => {
    const box = stroke && boxAt(event);
    if (!box || !area.contains(box)) return;
    if (box !== stroke.first && !stroke.moved) {
      stroke.moved = true;
      area.classList.add("painting");
      set(stroke.first, stroke.on);
    }
    if (stroke.moved) set(box, stroke.on);
  });
  addEventListener("pointercancel", () => { clearTimeout(hold); stroke = null; area.classList.remove("painting"); });
  addEventListener("pointerup", () => {
    clearTimeout(hold);
    if (!stroke) return;
    area.classList.remove("painting");
    if (stroke.moved) {
      // The click that ends a stroke must not turn its last box back.
      const swallow = (event) => event.preventDefault();
      area.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => area.removeEventListener("click", swallow, { capture: true }), 0);
    }
    stroke = null;
  });
}
