// Order: drag a card by its handle to another place, and the list is saved. Without this script the numbers and the
// buttons on each card do the same.
for (const list of document.querySelectorAll("[data-order]")) {
  const form = document.getElementById(list.dataset.order);
  const cards = () => [...list.querySelectorAll("[data-order-item]")];
  let dragged = null;

  // On the window, because a card that changes its place in the page loses the capture of the pointer.
  addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const over = cards().find((one) => {
      const box = one.getBoundingClientRect();
      return one !== dragged.card && event.clientY > box.top && event.clientY < box.bottom;
    });
    if (!over) return;
    const box = over.getBoundingClientRect();
    over[event.clientY > box.top + box.height / 2 ? "after" : "before"](dragged.card);
  });
  const drop = () => {
    if (!dragged) return;
    const { card, before } = dragged;
    dragged = null;
    card.classList.remove("dragged");
    if (cards().every((one, place) => one === before[place])) return;
    const first = Number(list.dataset.orderStart);
    cards().forEach((one, place) => { one.querySelector("[data-order-number]").value = first + place; });
    form.requestSubmit();
  };
  addEventListener("pointerup", drop);
  addEventListener("pointercancel", drop);

  for (const card of cards()) {
    const handle = card.querySelector("[data-order-handle]");
    handle.hidden = false;
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      dragged = { card, before: cards() };
      card.classList.add("dragged");
    });
  }
}
