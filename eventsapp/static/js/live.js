// A part of the page that changes while the worker works (data-live): read anew until its mark is gone; when the whole
// part is gone the page shows what came of it. Without script the reader reloads the page.
const EVERY_MS = 1500;

async function fetched() {
  const answer = await fetch(location.href);
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

async function refresh(part) {
  if (document.hidden) return part;
  let page = null;
  try {
    page = await fetched();
  } catch {
    // no signal for a moment; the next try may have one
  }
  if (!page) return part;
  const fresh = page.getElementById(part.id);
  if (!fresh) {
    location.reload();
    return null;
  }
  if (fresh.isEqualNode(part)) return part;
  part.replaceWith(document.adoptNode(fresh));
  return fresh;
}

async function follow(part) {
  while (part && "live" in part.dataset) {
    await new Promise((done) => setTimeout(done, EVERY_MS));
    part = await refresh(part);
  }
}

document.querySelectorAll("[data-live]").forEach(follow);
