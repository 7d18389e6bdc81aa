// Side sheet: a link with data-sheet opens its page beside the list. Without this, or on a phone, it is a page like any other.
const frame = document.querySelector("[data-sheet-frame]");
const body = frame?.querySelector("[data-sheet-body]");
const list = location.href;
const wide = matchMedia("(min-width: 760px)");
let opener;

async function show(address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    const main = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    if (!answer.ok || answer.redirected || !main) throw new Error(answer.status);
    main.querySelectorAll(".back, .phase-line").forEach((part) => part.remove());
    body.replaceChildren(...main.childNodes);
  } catch {
    location.assign(address); // signed out, gone or offline: the page itself says so
    return false;
  }
  if (!frame.open) frame.showModal();
  frame.scrollTop = 0;
  const title = body.querySelector("h1");
  title?.setAttribute("tabindex", "-1");
  title?.focus();
  return true;
}

if (frame) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-sheet]");
    if (!link || !wide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const inside = frame.contains(link);
    if (!inside) opener = link;
    if (await show(link.href)) history[inside ? "replaceState" : "pushState"]({ sheet: true }, "", link.href);
  });
  frame.addEventListener("click", (event) => { if (event.target === frame) frame.close(); });
  // Closing goes back to the address of the list; going back closes.
  frame.addEventListener("close", () => {
    body.replaceChildren();
    if (history.state?.sheet) history.back();
    opener?.focus();
  });
  addEventListener("popstate", () => {
    if (location.href === list) frame.close();
    else if (history.state?.sheet) show(location.href);
  });
}
