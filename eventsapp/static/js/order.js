// Order: drag a card by its handle to another place, and the list is saved. Without this script the numbers and the
// buttons beside each card do the same.
for (const list of document.querySelectorAll("[data-order]")) {
  const form = document.getElementById(list.dataset.order);
  const cards = () => [...list.querySelectorAll("[data-order-item]")];
  const start = Number(list.dataset.orderStart);
  let dragged = null;

  for (const card of cards()) {
    const handle = card.querySelector("[data-order-handle]");
    handle.hidden = false;
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      dragged = { card, before: cards() };
      handle.setPointerCapture(event.pointerId);
      card.classList.add("dragged");
    });
    handle.addEventListener("pointermove", (event) => {
      if (dragged?.card !== card) return;
      const over = cards().find((one) => {
        const box = one.getBoundingClientRect();
        return one !== card && event.clientY > box.top && event.clientY < box.bottom;
      });
      if (!over) return;
      const box = over.getBoundingClientRect();
      const below = event.clientY > box.top + box.height / 2;
      over[below ? "after" : "before"](card);
    });
    handle.addEventListener("pointerup", () => {
      if (dragged?.card !== card) return;
      card.classList.remove("dragged");
      const moved = cards().some((one, place) => one !== dragged.before[place]);
      dragged = null;
      if (!moved) return;
      cards().forEach((one, place) => { one.querySelector("[data-order-number]").value = start + place; });
      form.requestSubmit();
    });
  }
}
