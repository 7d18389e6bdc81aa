// The whole day as a picture: a small map with the frame of what is in sight, and the Panorama with every cell.

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class Overview {
  // hooks: shade(row, slot) → the name of a colour, or nothing, marked(row, slot) → bool, rows(), columns(), window() → frame | null, go(x, y), pick(row, column)
  constructor(canvas, hooks) {
    this.canvas = canvas;
    this.hooks = hooks;
    this.inks = new Map();
    this.ink = token("--ink");
    let isDown = false;
    const share = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    };
    canvas.addEventListener("pointerdown", (event) => { isDown = true; canvas.setPointerCapture(event.pointerId); hooks.go?.(...share(event)); });
    canvas.addEventListener("pointermove", (event) => { if (isDown) hooks.go?.(...share(event)); });
    canvas.addEventListener("pointerup", (event) => { isDown = false; hooks.pick?.(...share(event)); });
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  colour(name) {
    if (!this.inks.has(name)) this.inks.set(name, getComputedStyle(this.canvas).getPropertyValue(`--${name}`).trim());
    return this.inks.get(name);
  }

  // All cells into a picture of their own; drawn again only when cells change.
  draw() {
    const { canvas, hooks } = this, ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width || !height) return;
    const columns = hooks.columns(), rows = hooks.rows();
    this.picture ??= document.createElement("canvas");
    for (const one of [canvas, this.picture]) { one.width = width * ratio; one.height = height * ratio; }
    const paint = this.picture.getContext("2d");
    paint.scale(ratio, ratio);
    paint.fillStyle = this.colour("bg");
    paint.fillRect(0, 0, width, height);
    const gap = Math.min(8, width / 60), breaks = columns.filter((column) => column.kind !== "slot").length;
    const slots = columns.length - breaks, step = (width - breaks * gap) / Math.max(1, slots), line = height / Math.max(1, rows);
    const space = line > 6 ? 1 : 0;
    let x = 0, number = 0;
    for (const column of columns) {
      if (column.kind !== "slot") { x += gap; continue; }
      for (let row = 0; row < rows; row += 1) {
        const shade = hooks.shade(row, column.slot);
        if (!shade) continue;
        paint.fillStyle = hooks.marked?.(row, column.slot) ? this.ink : this.colour(shade);
        paint.fillRect(x, row * line, step - Math.min(1, step / 6), line - space);
      }
      x += step;
      number += 1;
    }
    this.frame();
  }

  // The picture with the frame of what is in sight over it.
  frame() {
    const { canvas } = this, paint = canvas.getContext("2d");
    if (!this.picture?.width || !canvas.width) return;
    paint.setTransform(1, 0, 0, 1, 0, 0);
    paint.drawImage(this.picture, 0, 0);
    const seen = this.hooks.window?.();
    if (!seen) return;
    const ratio = devicePixelRatio || 1;
    paint.strokeStyle = this.ink;
    paint.lineWidth = 2 * ratio;
    paint.strokeRect(seen.x * canvas.width + ratio, seen.y * canvas.height + ratio, seen.width * canvas.width - 2 * ratio, seen.height * canvas.height - 2 * ratio);
  }
}
