// The search in the classes of SCIAN while one types: fetched from this same page. Without it the button searches.
const form = document.querySelector("[data-industry]");
const WAIT = 300;

if (form) {
  const words = form.querySelector('[name="words"]');
  const found = form.querySelector("[data-industry-found]");
  const status = form.querySelector("[data-industry-status]");
  const button = form.querySelector('[name="search"]');
  const picker = found.dataset.industryFound;
  let timer, request;
  const search = async () => {
    request?.abort();
    request = new AbortController();
    // What is ticked goes along, so that it stays among what is found; an empty value says that nothing is.
    const ticked = [...found.querySelectorAll("input:checked")].map((input) => input.value);
    const query = new URLSearchParams([["words", words.value.slice(0, 120)], ...(ticked.length ? ticked : [""]).map((code) => [picker, code])]);
    try {
      const answer = await fetch(`${location.pathname}?${query}`, { signal: request.signal, credentials: "same-origin" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const list = fresh.querySelector("[data-industry-found]");
      if (!list) return;
      found.replaceChildren(...list.childNodes);
      status.textContent = fresh.querySelector("[data-industry-status]").textContent;
    } catch { /* offline: the button searches */ }
  };
  words.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, WAIT); });
  // Enter in the search searches; it does not save.
  words.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); button.click(); } });
}
