// Settings of tables: while one types how many to add, the page says whether they will be enough. The server judges after saving.

// The sentence for a number of tables, from the words and figures that the page brings.
export function finding({ wanted, enough, short }, tables) {
  const words = tables >= Number(wanted) ? enough : short;
  return words.replace("{tables}", tables).replace("{n}", Number(wanted) - tables);
}

const place = document.querySelector("[data-demand]");
const amount = place?.closest("form").querySelector("[name=amount]");
amount?.addEventListener("input", () => {
  const more = Number(amount.value);
  const usable = Number.isInteger(more) && more > 0;
  place.textContent = usable ? finding(place.dataset, Number(place.dataset.tables) + more) : "";
});
