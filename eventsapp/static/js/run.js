// A run in progress. The page already holds the latest state; this keeps it fresh: events of the server, and after two
// failures or 20 s of silence a look every 3 s. Expects one element
//   [data-run]  data-events="…" (SSE)  data-state="…" (JSON, same fields)  data-fragment="…" (HTML of each [data-run-fragment], optional)
//               data-title="%(percent)s · Armando el horario"  data-polling="Se actualiza cada 3 s"  data-spoken="%(placed)s de %(asked)s…"
// Fields, all as text ready to show unless named otherwise: placed, asked, distance, elapsed, and for each key K a value is written to
// [data-live=K]; percent_text; numbers placed_n, asked_n, bound_n for the bar; ended (true: load the page anew).
const root = document.querySelector("[data-run]");
const DRAW_EVERY = 5_000, SILENCE = 20_000, EVERY = 3_000, SPEAK_EVERY = 15_000;

if (root) {
  const { events, state, fragment, title, polling, spoken } = root.dataset;
  const status = root.querySelector("[data-run-status]");
  const voice = root.querySelector("[data-run-voice]");
  let source, failures = 0, silence, poll, spokenAt = 0, latest = null, drawing = false, drawnAt = Date.now();

  const fill = (pattern, values) => pattern.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? "");

  function show(values) {
    latest = values;
    for (const [name, value] of Object.entries(values))
      for (const place of root.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) place.textContent = value;
    const meter = root.querySelector('[data-live-meter="placed"]');
    if (meter && values.asked_n > 0) {
      const part = (n) => `${Math.min(100, Math.max(0, (100 * n) / values.asked_n)).toFixed(2)}%`;
      meter.querySelector(".fill")?.setAttribute("width", part(values.placed_n));
      if (values.bound_n != null) meter.querySelector(".bound")?.setAttribute("x", part(values.bound_n * 0.992));
    }
    if (title && values.percent_text) document.title = fill(title, values);
    if (voice && spoken && Date.now() - spokenAt > SPEAK_EVERY) {
      spokenAt = Date.now();
      voice.textContent = fill(spoken, values);
    }
    if (values.ended) finish();
    else if (Date.now() - drawnAt > DRAW_EVERY) draw();
  }

  async function draw() {
    const places = [...root.querySelectorAll("[data-run-fragment]")];
    if (!fragment || drawing) return;
    drawing = true;
    drawnAt = Date.now();
    try {
      const answer = await fetch(fragment, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-run-fragment]");
        // What somebody reads or works in stays as it is.
        places.forEach((place, index) => {
          const inUse = place.contains(document.activeElement) || place.querySelector("details[open]");
          if (fresh[index] && !inUse) place.replaceChildren(...fresh[index].childNodes);
        });
      }
    } catch { /* the next improvement draws again */ } finally { drawing = false; }
  }

  function finish() {
    stop();
    location.reload();
  }

  function stop() {
    source?.close();
    clearTimeout(silence);
    clearInterval(poll);
  }

  async function look() {
    try {
      const answer = await fetch(state, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) return;
      const values = await answer.json();
      const better = latest && values.placed !== latest.placed;
      show(values);
      if (better) draw();
    } catch { /* offline: the next look tries again */ }
  }

  function startPolling() {
    if (poll) return;
    source?.close();
    clearTimeout(silence);
    if (status) status.textContent = polling;
    look();
    poll = setInterval(look, EVERY);
  }

  function heard() {
    failures = 0;
    clearTimeout(silence);
    silence = setTimeout(startPolling, SILENCE);
  }

  function listen() {
    source = new EventSource(events);
    heard();
    source.addEventListener("open", heard);
    source.addEventListener("progress", (event) => { heard(); show(JSON.parse(event.data)); });
    source.addEventListener("improvement", (event) => { heard(); show(JSON.parse(event.data)); draw(); });
    source.addEventListener("state", (event) => { heard(); show(JSON.parse(event.data)); });
    source.addEventListener("heartbeat", heard);
    // The server ends long streams on purpose and the browser comes back; only two failures in a row mean trouble.
    source.addEventListener("error", () => {
      failures += 1;
      if (failures >= 2 || source.readyState === EventSource.CLOSED) startPolling();
    });
  }

  if (events && "EventSource" in window) listen();
  else if (state) startPolling();
  addEventListener("pagehide", stop);
}
