// A search box over a long list of tick boxes: hides what does not match, keeps what is ticked.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

for (const list of document.querySelectorAll("[data-choices]")) {
  const box = list.querySelector("[data-choice-search]");
  if (!box) continue;
  const input = box.querySelector("input");
  const none = box.querySelector("[data-choice-none]");
  const groups = [...list.querySelectorAll("[data-choice-group]")].map((group) => ({
    group,
    fold: group.matches("details") ? group.open : null,
    choices: [...group.querySelectorAll(".choice")].map((choice) => ({ choice, text: plain(choice.textContent) })),
  }));
  box.hidden = false;
  input.addEventListener("input", () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { group, fold, choices } of groups) {
      let here = 0;
      for (const { choice, text } of choices) {
        const fits = words.every((word) => text.includes(word));
        choice.hidden = !fits;
        if (fits) here += 1;
      }
      group.hidden = here === 0;
      if (fold !== null) group.open = words.length ? here > 0 : fold;
      found += here;
    }
    none.textContent = found ? "" : none.dataset.text;
  });
  // Enter in the search would send the form.
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}
