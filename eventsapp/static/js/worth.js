// Settings of rules: while one chooses weights, the examples say what a typical request is worth. The server judges after saving.

// What a request is worth: each part as often as it counts.
export const worth = (parts, points) =>
  Object.entries(parts).reduce((sum, [part, times]) => sum + times * (points[part] ?? 0), 0);

const place = document.querySelector("[data-worth]");
const form = place?.closest("form");
const PREFIX = "weight_";

const refresh = () => {
  const points = Object.fromEntries(
    [...form.elements].filter(({ name }) => name.startsWith(PREFIX)).map(({ name, value }) => [name.slice(PREFIX.length), Number(value)]),
  );
  const rows = [...place.querySelectorAll("[data-parts]")].map((row) => ({ row, value: worth(JSON.parse(row.dataset.parts), points) }));
  const whole = Math.max(...rows.map(({ value }) => value), 1);
  rows.sort((one, other) => other.value - one.value);
  for (const { row, value } of rows) {
    row.querySelector("b").textContent = place.dataset.points.replace("{n}", value.toLocaleString(document.documentElement.lang));
    row.querySelector(".fill").setAttribute("width", `${(100 * value) / whole}%`);
    row.parentNode.append(row);
  }
  const of = (name) => rows.find(({ row }) => row.dataset.name === name).value;
  const isSafe = of("both_bare") > Math.max(of("buyer_best"), of("supplier_best"));
  place.querySelector("[data-finding]").textContent = isSafe ? place.dataset.safe : place.dataset.open;
};

form?.addEventListener("change", ({ target }) => { if (target.name?.startsWith(PREFIX)) refresh(); });
