// A part of the page that changes while the worker works: read anew until its mark is gone. Without script the reader
// reloads the page.
const EVERY_MS = 1500;

async function refresh(part) {
  if (document.hidden) return part;
  let answer;
  try {
    answer = await fetch(location.href, { headers: { "X-Live": "1" } });
  } catch {
    return part; // no signal for a moment; the next try may have one
  }
  if (!answer.ok) return part;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (!fresh) return null;
  if (fresh.innerHTML !== part.innerHTML) {
    part.replaceWith(fresh);
    return fresh;
  }
  return part;
}

async function follow(part) {
  while (part && "live" in part.dataset) {
    await new Promise((done) => setTimeout(done, EVERY_MS));
    part = await refresh(part);
  }
}

document.querySelectorAll("[data-live]").forEach(follow);
