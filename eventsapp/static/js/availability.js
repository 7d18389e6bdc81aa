// Availability: drag over rounds to tick or clear them in one go. Without this script they are plain tick boxes.
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

  let stroke = null;
  const boxAt = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".choice")?.querySelector("input:not(:disabled)");
  area.addEventListener("pointerdown", (event) => {
    const box = event.button === 0 && event.target.closest(".choice")?.querySelector("input:not(:disabled)");
    // On touch a swipe scrolls the page; a tap is a plain tick.
    if (box && event.pointerType !== "touch") stroke = { first: box, on: !box.checked, moved: false };
  });
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
  addEventListener("pointerup", () => {
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
