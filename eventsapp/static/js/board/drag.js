// Dragging by pointer events: a mouse drags after 5 px, a finger after holding for 350 ms; near an edge the grid scrolls.
const THRESHOLD = 5, HOLD = 350, EDGE = 48, OVER_DAY = 600;

// hooks: pairOf(target) → pair | -1, start(pair) → bool, over(x, y, target), drop(x, y, target), cancel(), tap(pair, target, event), scroller(), day(element)
export function drags(root, hooks) {
  let down = null, live = null;

  root.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || live) return;
    const pair = hooks.pairOf(event.target);
    if (pair < 0) return;
    down = { pair, x: event.clientX, y: event.clientY, id: event.pointerId, touch: event.pointerType !== "mouse", target: event.target };
    if (down.touch) down.timer = setTimeout(() => begin(down.x, down.y), HOLD);
  });

  addEventListener("pointermove", (event) => {
    if (down && event.pointerId === down.id && !live) {
      const far = Math.hypot(event.clientX - down.x, event.clientY - down.y);
      if (down.touch) { if (far > THRESHOLD * 2) quit(); } else if (far >= THRESHOLD) begin(event.clientX, event.clientY);
    }
    if (live && event.pointerId === live.id) follow(event.clientX, event.clientY);
  });

  addEventListener("pointerup", (event) => {
    if (live && event.pointerId === live.id) {
      const { x, y } = live;
      end();
      swallow();
      hooks.drop(x, y, document.elementFromPoint(x, y));
    }
    quit();
  });
  addEventListener("pointercancel", () => { if (live) { end(); hooks.cancel(); } quit(); });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && live) { event.stopPropagation(); end(); hooks.cancel(); quit(); } }, true);
  // A finger that drags does not scroll the page.
  addEventListener("touchmove", (event) => { if (live) event.preventDefault(); }, { passive: false });

  function begin(x, y) {
    if (!down || !hooks.start(down.pair)) { quit(); return; }
    live = { id: down.id, x, y };
    document.body.classList.add("b-dragging");
    live.timer = requestAnimationFrame(scroll);
    follow(x, y);
  }

  function follow(x, y) {
    Object.assign(live, { x, y });
    const target = document.elementFromPoint(x, y), day = target?.closest("[data-day]");
    if (day !== live.day) {
      clearTimeout(live.dayTimer);
      live.day = day;
      if (day) live.dayTimer = setTimeout(() => hooks.day(day), OVER_DAY);
    }
    hooks.over(x, y, target);
  }

  function scroll() {
    if (!live) return;
    const scroller = hooks.scroller(), box = scroller.getBoundingClientRect();
    const pull = (at, low, high) => (at < low + EDGE ? at - low - EDGE : at > high - EDGE ? at - high + EDGE : 0);
    if (live.x > box.left && live.x < box.right && live.y > box.top && live.y < box.bottom) {
      const dx = pull(live.x, box.left, box.right), dy = pull(live.y, box.top, box.bottom);
      if (dx || dy) { scroller.scrollBy(dx / 3, dy / 3); hooks.over(live.x, live.y, document.elementFromPoint(live.x, live.y)); }
    }
    live.timer = requestAnimationFrame(scroll);
  }

  function end() {
    cancelAnimationFrame(live.timer);
    clearTimeout(live.dayTimer);
    document.body.classList.remove("b-dragging");
    live = null;
  }

  function quit() {
    clearTimeout(down?.timer);
    down = null;
  }

  // The click that follows a drag opens nothing.
  function swallow() {
    const stop = (event) => { event.stopPropagation(); event.preventDefault(); };
    addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", stop, { capture: true }), 0);
  }
}
