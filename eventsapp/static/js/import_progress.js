// How far an import is: read anew until the page no longer has it, then the page shows what came of it. Only the figures
// are replaced, so that the focus stays. Without script the reader presses the button beside them.
const EVERY_MS = 1500;

async function look() {
  const part = document.getElementById("import-progress");
  if (!part) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href);
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("import-progress");
        if (!fresh) {
          location.reload();
          return;
        }
        if (fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
      }
    } catch {
      // no signal for a moment; the next try may have one
    }
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
