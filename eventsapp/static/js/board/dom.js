// Elements without markup from text: h("p", {className: "soft"}, "words", icon("pin")).

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else if (name === "className" || name === "textContent") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let sprite = "";
export const useSprite = (address) => { sprite = address; };

export function icon(name) {
  const svg = document.createElementNS(document.querySelector("svg").namespaceURI, "svg");
  const use = document.createElementNS(svg.namespaceURI, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

export const button = (text, name, act, props = {}) =>
  h("button", { type: "button", className: `button small ${props.kind ?? ""}`, onclick: act, ...props, kind: undefined }, name && icon(name), h("span", {}, text));

// A native dialog that is gone when it closes; resolves to what was chosen.
export function dialog(title, body, acts, { wide = false } = {}) {
  const heading = h("h2", { id: `b-title-${Math.random().toString(36).slice(2)}` }, title);
  const found = h("dialog", { className: wide ? "b-dialog wide" : "b-dialog", "aria-labelledby": heading.id }, heading, ...body);
  const row = h("div", { className: "actions" });
  for (const { text, value, kind = "" } of acts) row.append(h("button", { type: "button", className: `button ${kind}`, onclick: () => found.close(value) }, text));
  found.append(row);
  const back = document.activeElement;
  document.body.append(found);
  const answer = new Promise((resolve) => {
    found.addEventListener("close", () => { found.remove(); back?.focus?.({ preventScroll: true }); resolve(found.returnValue); });
  });
  found.showModal();
  return { element: found, answer, close: (value) => found.close(value) };
}

// A menu by a place of the window, with arrow keys; items of { text, icon, act, hint }.
export function menu(items, x, y, label) {
  document.querySelector(".b-menu")?.remove();
  const back = document.activeElement;
  const list = h("div", { className: "b-menu", role: "menu", popover: "auto", "aria-label": label });
  const close = (refocus) => { list.remove(); if (refocus) back?.focus?.({ preventScroll: true }); };
  for (const item of items) {
    if (!item) continue;
    list.append(h("button", { type: "button", role: "menuitem", tabIndex: -1, onclick: () => { close(true); item.act(); } }, icon(item.icon), h("span", {}, item.text), item.key && h("kbd", { "aria-hidden": "true" }, item.key)));
  }
  list.addEventListener("keydown", (event) => {
    const all = [...list.children], here = all.indexOf(document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); all.at(to % all.length).focus(); }
    if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); event.stopPropagation(); close(true); }
  });
  list.addEventListener("toggle", (event) => { if (event.newState === "closed" && list.isConnected) close(false); });
  (document.querySelector("main") ?? document.body).append(list);
  list.showPopover?.();
  list.style.left = `${Math.max(8, Math.min(x, innerWidth - list.offsetWidth - 8))}px`;
  list.style.top = `${Math.max(8, Math.min(y, innerHeight - list.offsetHeight - 8))}px`;
  list.firstElementChild?.focus();
  return list;
}

// Something was done: a word at the foot of the page for 10 s, longer while somebody reads it.
export function toast(text, undo, dismiss, seconds = 10) {
  const place = document.querySelector(".toasts") ?? document.body.appendChild(h("div", { className: "toasts" }));
  place.replaceChildren();
  let timer;
  const found = h("div", { className: "toast" }, h("p", {}, text));
  const go = () => { timer = setTimeout(() => found.remove(), seconds * 1000); };
  if (undo) found.append(h("button", { type: "button", onclick: () => { found.remove(); undo.act(); } }, undo.text));
  found.append(h("button", { type: "button", "data-dismiss": "", "aria-label": dismiss, onclick: () => found.remove() }, icon("x")));
  for (const kind of ["pointerenter", "focusin"]) found.addEventListener(kind, () => clearTimeout(timer));
  for (const kind of ["pointerleave", "focusout"]) found.addEventListener(kind, () => { clearTimeout(timer); go(); });
  place.append(found);
  go();
}
