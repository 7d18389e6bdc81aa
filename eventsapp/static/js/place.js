// The postal code chooses the state while it is still open, and the state narrows the towns that are proposed. Without
// this script the server finds the state when the form is saved, and all towns are proposed.
const code = document.querySelector("[data-postal-states]");

if (code) {
  const { country, state } = code.form.elements;
  const states = JSON.parse(code.dataset.postalStates);
  const towns = document.getElementById("cities");
  const all = [...towns.children];
  const narrow = () => {
    const here = all.filter((town) => town.dataset.state === state.value);
    towns.replaceChildren(...(country.value === "MX" && here.length ? here : all));
  };
  let proposed = "";
  code.addEventListener("input", () => {
    const digits = code.value.replace(/\s/g, "");
    if (country.value !== "MX" || !/^\d{5}$/.test(digits) || (state.value && state.value !== proposed)) return;
    const first = Number(digits.slice(0, 2));
    proposed = states.find(([, from, to]) => from <= first && first <= to)?.[0] ?? "";
    state.value = proposed;
    state.dispatchEvent(new Event("change", { bubbles: true }));
  });
  state.addEventListener("change", narrow);
  country.addEventListener("change", narrow);
  narrow();
}
