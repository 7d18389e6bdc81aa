// Payback: what the ticked processes bring, fetched from this same page while one ticks. Without it the page says so after saving.
const form = document.querySelector("form:has([data-choices])");
const place = document.querySelector("[data-payback]");
const WAIT = 250;

if (form && place) {
  let timer, request;
  const refresh = async () => {
    request?.abort();
    request = new AbortController();
    const query = new URLSearchParams([...new FormData(form).entries()].filter(([name]) => name === "terms"));
    if (!query.size) query.append("terms", "");
    try {
      const answer = await fetch(`${location.pathname}?${query}`, { signal: request.signal, credentials: "same-origin" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-payback]");
      if (fresh) place.replaceChildren(...fresh.childNodes);
    } catch { /* offline: the numbers stay as they were */ }
  };
  form.addEventListener("change", (event) => {
    if (event.target.name !== "terms") return;
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT);
  });
}
