// The search in the classes of SCIAN while one types: fetched from this same page. Without it the button searches.
const form = document.querySelector("[data-industry]");
const WAIT = 300;

if (form) {
  const words = form.querySelector('[name="words"]');
  const found = form.querySelector("[data-industry-found]");
  const button = form.querySelector('[name="search"]');
  let timer, request;
  const search = async () => {
    request?.abort();
    request = new AbortController();
    const query = new URLSearchParams({ words: words.value.slice(0, 120) });
    const kept = [...found.querySelectorAll("input:checked")];
    try {
      const answer = await fetch(`${location.pathname}?${query}`, { signal: request.signal, credentials: "same-origin" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-industry-found]");
      if (!fresh) return;
      const picked = new Set(kept.map((input) => input.value));
      for (const input of fresh.querySelectorAll("input")) input.checked = picked.has(input.value);
      const known = new Set([...fresh.querySelectorAll("input")].map((input) => input.value));
      const lost = kept.filter((input) => !known.has(input.value)).map((input) => input.closest("label"));
      found.replaceChildren(...fresh.childNodes);
      const list = found.querySelector(".choices");
      for (const [index, label] of lost.entries()) {
        const input = label.querySelector("input");
        input.id = `kept-${index}`;
        label.htmlFor = input.id;
        if (list) list.prepend(label);
        else found.append(label);
      }
    } catch { /* offline: the button searches */ }
  };
  words.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, WAIT); });
  // Enter in the search searches; it does not save.
  words.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); button.click(); } });
}
