// Other people's changes: a line of events of the server, and after two failures or 20 s of silence a look every 3 s.
const SILENCE = 20_000, EVERY = 3_000;

export function listen({ events, news, since, heard, state }) {
  let source, failures = 0, silence, poll;

  async function look() {
    try {
      const answer = await fetch(`${news()}?desde=${since()}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok) heard(await answer.json());
    } catch { /* offline: the next look tries again */ }
  }

  function startPolling() {
    if (poll) return;
    source?.close();
    clearTimeout(silence);
    state("polling");
    look();
    poll = setInterval(look, EVERY);
  }

  function alive() {
    failures = 0;
    clearTimeout(silence);
    silence = setTimeout(startPolling, SILENCE);
  }

  function open() {
    if (!("EventSource" in window)) { startPolling(); return; }
    source = new EventSource(`${events()}?desde=${since()}`);
    alive();
    source.addEventListener("open", alive);
    source.addEventListener("heartbeat", alive);
    source.addEventListener("news", (event) => { alive(); heard(JSON.parse(event.data)); });
    // The server ends long streams on purpose and the browser comes back; only two failures in a row mean trouble.
    source.addEventListener("error", () => {
      failures += 1;
      if (failures >= 2 || source.readyState === EventSource.CLOSED) startPolling();
    });
  }

  function stop() {
    source?.close();
    clearTimeout(silence);
    clearInterval(poll);
    poll = null;
  }

  addEventListener("pagehide", stop);
  open();
  return { look, again() { stop(); failures = 0; open(); } };
}
