// Small comforts of every page; nothing here is needed to finish a task.

// The error summary takes the focus, so that it is read out first; its links go to the field, not only to its place.
const summary = document.querySelector("[data-error-summary]");
summary?.focus();
summary?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  field.closest("details")?.setAttribute("open", "");
  (field.closest(".field") ?? field).scrollIntoView({ block: "start" });
  field.focus({ preventScroll: true });
});

// A corrected field no longer looks wrong; the server judges again on submit.
document.addEventListener("input", (event) => {
  const field = event.target.closest(".field.wrong");
  if (!field || event.target.type === "search") return;
  field.classList.remove("wrong");
  field.querySelectorAll(".error").forEach((error) => error.remove());
  field.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
});

// Forms with data-confirm ask first, in a native dialog that starts on the safe answer.
function ask(form) {
  const dialog = document.createElement("dialog");
  const title = Object.assign(document.createElement("h2"), { textContent: form.dataset.confirmTitle, id: "confirm-title" });
  const text = Object.assign(document.createElement("p"), { textContent: form.dataset.confirm });
  const row = Object.assign(document.createElement("div"), { className: "actions" });
  const answer = (label, kind) =>
    Object.assign(document.createElement("button"), { type: "button", className: `button ${kind}`, textContent: label });
  const no = answer(form.dataset.confirmCancel, "");
  const yes = answer(form.dataset.confirmAction, "confirmDanger" in form.dataset ? "danger-filled" : "primary");
  dialog.setAttribute("aria-labelledby", title.id);
  no.addEventListener("click", () => dialog.close());
  yes.addEventListener("click", () => dialog.close("yes"));
  row.append(no, yes);
  dialog.append(title, text, row);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
    no.focus();
  });
}

const sent = new WeakSet();
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.confirm && !form.dataset.confirmed) {
    event.preventDefault();
    const submitter = event.submitter;
    if (await ask(form)) {
      form.dataset.confirmed = "yes";
      form.requestSubmit(submitter);
    } else submitter?.focus();
    return;
  }
  // A second click while the first is on its way adds nothing; the one-time key guards the rest.
  if (form.method !== "post") return;
  if (sent.has(form)) event.preventDefault();
  else sent.add(form);
});
// A page that comes back from the browser's cache can be sent again.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// Toasts go away by themselves, but wait while someone reads or stands on them.
function live(toast) {
  const button = toast.querySelector("[data-dismiss]");
  if (button) button.hidden = false;
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), Number(toast.dataset.toast)); };
  const stop = () => clearTimeout(timer);
  button?.addEventListener("click", () => toast.remove());
  for (const kind of ["pointerenter", "focusin"]) toast.addEventListener(kind, stop);
  for (const kind of ["pointerleave", "focusout"]) toast.addEventListener(kind, () => { stop(); start(); });
  start();
}
document.querySelectorAll("[data-toast]").forEach(live);

// Copy buttons appear only where copying works.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const word = button.querySelector("span");
    const text = word.textContent;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      word.textContent = button.dataset.copied;
      setTimeout(() => { word.textContent = text; }, 2500);
    });
  }
}

// Menus close on Escape and on a click elsewhere; "/" goes to the search.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("details.menu[open]");
    open?.removeAttribute("open");
    open?.querySelector("summary").focus();
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const search = document.querySelector("[data-slash]");
  if (event.key === "/" && !typing && search && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.removeAttribute("open");
});

// Tables with data-bulk: the bar below appears with the number of ticked rows; a list that is read anew counts again.
function count(form) {
  const ticks = [...form.querySelectorAll("input.tick[name]")];
  const bar = form.querySelector("[data-bulk-bar]"), amount = form.querySelector("[data-bulk-count]"), all = form.querySelector("[data-bulk-all]");
  const chosen = ticks.filter((tick) => tick.checked).length;
  if (bar) bar.hidden = chosen === 0;
  if (amount) amount.textContent = chosen;
  if (all) { all.checked = chosen > 0 && chosen === ticks.length; all.indeterminate = chosen > 0 && chosen < ticks.length; }
}
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-bulk]");
  if (!form) return;
  if (event.target.matches("[data-bulk-all]")) for (const tick of form.querySelectorAll("input.tick[name]")) tick.checked = event.target.checked;
  count(form);
});
document.querySelectorAll("[data-bulk]").forEach(count);

// On phones the rail, tabs and segments are strips that scroll: the place where one is stays in sight.
for (const here of document.querySelectorAll(":is(.rail, .tabs, .segmented) [aria-current]")) {
  const strip = here.closest(".rail, .tabs, .segmented");
  const shift = here.getBoundingClientRect().left - strip.getBoundingClientRect().left;
  strip.scrollLeft += shift - (strip.clientWidth - here.offsetWidth) / 2;
}
