// Side sheet: a link with data-sheet opens its page beside the list, and what is decided there is sent from there: the
// sheet shows what came of it, the list behind is read anew. Without this, or on a phone, it is a page like any other.
const frame = document.querySelector("[data-sheet-frame]");
const body = frame?.querySelector("[data-sheet-body]");
const said = frame?.querySelector("[data-sheet-said]");
const list = location.href;
const wide = matchMedia("(min-width: 760px)");
let opener;

const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

function fill(page) {
  const main = page.querySelector("main");
  main.querySelectorAll(".back, .phase-line").forEach((part) => part.remove());
  body.replaceChildren(...main.childNodes);
  said.replaceChildren(...page.querySelectorAll("[data-toast]"));
  if (!frame.open) frame.showModal();
  frame.scrollTop = 0;
  const place = body.querySelector("[data-error-summary]") ?? body.querySelector("h1");
  place?.setAttribute("tabindex", "-1");
  place?.focus();
}

async function show(address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    const page = await parsed(answer);
    if (!answer.ok || answer.redirected || !page.querySelector("main")) throw new Error(answer.status);
    fill(page);
  } catch {
    location.assign(address); // signed out, gone or offline: the page itself says so
    return false;
  }
  return true;
}

async function send(form, submitter) {
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form, submitter), credentials: "same-origin" });
    const page = await parsed(answer);
    if (!(answer.ok || answer.status === 422) || !page.querySelector("main h1")) throw new Error(answer.status);
    fill(page);
  } catch {
    form.submit(); // the page itself says what is wrong; the one-time key keeps it from happening twice
    return;
  }
  try {
    renew(await parsed(await fetch(list, { credentials: "same-origin" })));
  } catch { /* the list stays as it was */ }
}

// The list behind as it is now; what is ticked stays ticked, and the focus where it was.
function renew(page) {
  for (const part of ["[data-sheet-list]", ".rail"]) {
    const old = document.querySelector(part), fresh = page.querySelector(part);
    if (!old || !fresh) continue;
    const ticked = new Set([...old.querySelectorAll("input.tick:checked")].map((tick) => tick.value));
    const focused = old.contains(document.activeElement) && document.activeElement.href;
    old.replaceChildren(...fresh.childNodes);
    if (focused) [...old.querySelectorAll("a")].find((link) => link.href === focused)?.focus();
    for (const tick of old.querySelectorAll("input.tick[name]")) tick.checked = ticked.has(tick.value);
    old.querySelector("[data-bulk]")?.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

if (frame) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-sheet]");
    if (!link || !wide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const inside = frame.contains(link);
    if (!inside) opener = link.href;
    if (await show(link.href)) history[inside ? "replaceState" : "pushState"]({ sheet: true }, "", link.href);
  });
  // Only what belongs to the page in the sheet; a form that asks first comes again once it was answered.
  frame.addEventListener("submit", (event) => {
    const form = event.target;
    const own = form.method === "post" && form.action.startsWith(`${location.href}/`);
    if (!own || event.defaultPrevented || (form.dataset.confirm && !form.dataset.confirmed)) return;
    event.preventDefault();
    if (frame.ariaBusy === "true") return;
    frame.ariaBusy = "true";
    send(form, event.submitter).finally(() => { frame.ariaBusy = "false"; });
  });
  frame.addEventListener("click", (event) => { if (event.target === frame) frame.close(); });
  // Closing goes back to the address of the list; going back closes.
  frame.addEventListener("close", () => {
    body.replaceChildren();
    said.replaceChildren();
    if (history.state?.sheet) history.back();
    const place = [...document.querySelectorAll("a[data-sheet]")].find((link) => link.href === opener);
    (place ?? document.querySelector("main"))?.focus();
  });
  addEventListener("popstate", () => {
    if (location.href === list) frame.close();
    else if (history.state?.sheet) show(location.href);
  });
}
