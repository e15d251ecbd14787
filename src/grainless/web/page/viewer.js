// The stage: before and after on one canvas. Only what is seen is blended and drawn, so that sliders react at once.

import { blend } from "./blend.js";
import { Pyramid } from "./pyramid.js";

const MOST = 32; // the largest zoom: a pixel of the picture on 32 of the canvas
const FRAME = 10; // ms that a frame may take while something moves: 16.7 less what the browser itself needs
const COARSEST = 2; // halvings more while it moves, at most
const STILL = 160; // ms without a change, after which the view is drawn at full sharpness

export class Viewer {
  /** @param {HTMLElement} stage holds a canvas. @param {() => void} changed told of each new zoom. */
  constructor(stage, changed) {
    this.stage = stage;
    this.canvas = stage.querySelector("canvas");
    this.pen = this.canvas.getContext("2d", { alpha: true });
    this.scratch = document.createElement("canvas");
    this.changed = changed;
    this.settings = { strength: 1, chroma: 1, mode: "compare", split: 0.5 };
    this.pictures = null;
    this.coarser = 0;
    new ResizeObserver(() => this.resize()).observe(stage);
    this.listen();
  }

  /** Show a picture: {before, after}, RGBA images of one size; after may be null while work goes on. */
  show(before, after) {
    const same = this.pictures && this.size.width === before.width && this.size.height === before.height;
    this.pictures = { before: new Pyramid(before), after: after && new Pyramid(after) };
    this.size = { width: before.width, height: before.height };
    if (!same) this.fit();
    this.draw();
  }

  clear() {
    this.pictures = null;
    this.draw();
  }

  set(settings) {
    Object.assign(this.settings, settings);
    this.draw();
  }

  // where things are

  resize() {
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = this.stage.getBoundingClientRect();
    if (!width || !height) return;
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    if (this.fitted !== false) this.fit();
    this.drawNow();
  }

  fit() {
    if (!this.pictures || !this.ratio) return;
    const room = 1 - 0.04; // a little air around it
    const { width, height } = this.size;
    this.zoom = Math.min((room * this.canvas.width) / width, (room * this.canvas.height) / height, 4);
    this.least = Math.min(this.zoom, 1);
    this.middle = { x: width / 2, y: height / 2 };
    this.fitted = true;
    this.moved();
  }

  /** Zoom so that the picture's pixel under a point of the canvas stays there. */
  zoomTo(zoom, point = { x: this.canvas.width / 2, y: this.canvas.height / 2 }) {
    if (!this.pictures) return;
    const away = { x: point.x - this.canvas.width / 2, y: point.y - this.canvas.height / 2 };
    const next = Math.max(this.least, Math.min(MOST, zoom));
    this.middle.x += away.x / this.zoom - away.x / next;
    this.middle.y += away.y / this.zoom - away.y / next;
    this.zoom = next;
    this.fitted = false;
    this.moved();
  }

  pan(x, y) {
    if (!this.pictures) return;
    this.middle.x -= x / this.zoom;
    this.middle.y -= y / this.zoom;
    this.fitted = false;
    this.moved();
  }

  moved() {
    for (const [axis, side, room] of [["x", "width", this.canvas.width], ["y", "height", this.canvas.height]]) {
      const length = this.size[side];
      const half = room / this.zoom / 2;
      this.middle[axis] = 2 * half >= length ? length / 2 : Math.max(half, Math.min(length - half, this.middle[axis]));
    }
    this.changed();
    this.draw();
  }

  // drawing

  draw() {
    this.busy = true; // coarser while it changes, sharp once it is still
    clearTimeout(this.calm);
    this.calm = setTimeout(() => {
      this.busy = false;
      this.drawNow();
    }, STILL);
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.drawNow();
    });
  }

  drawNow() {
    const start = performance.now();
    this.paint();
    if (this.busy) this.pace(performance.now() - start);
  }

  /** A frame took so long: where that is too long, the next ones are coarser; a step is a quarter of the pixels. */
  pace(took) {
    if (took > FRAME) this.coarser = Math.min(COARSEST, this.coarser + 1);
    else if (took < FRAME / 8) this.coarser = Math.max(0, this.coarser - 1);
  }

  paint() {
    const { pen, canvas } = this;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (!this.pictures || !this.zoom) return;
    const level = this.level();
    const before = this.pictures.before.at(level);
    const after = this.pictures.after?.at(level) ?? before;
    const scale = { x: this.size.width / before.width, y: this.size.height / before.height };
    const part = this.seen(before, scale);
    this.blended(before, after, part, scale);
    pen.imageSmoothingEnabled = this.zoom * scale.x < 2;
    pen.imageSmoothingQuality = "high";
    const left = canvas.width / 2 + (part.left * scale.x - this.middle.x) * this.zoom;
    const top = canvas.height / 2 + (part.top * scale.y - this.middle.y) * this.zoom;
    const [width, height] = [part.width * scale.x * this.zoom, part.height * scale.y * this.zoom];
    pen.drawImage(this.scratch, 0, 0, part.width, part.height, left, top, width, height);
  }

  /** Halvings: to about a pixel of the screen; coarser while it moves, where that takes too long. */
  level() {
    const halvings = Math.log2(1 / this.zoom);
    const coarse = this.busy && this.zoom <= 1 ? this.coarser : 0;
    const fine = Math.max(0, this.busy ? Math.round(halvings) : Math.floor(halvings + 0.01));
    const most = Math.floor(Math.log2(Math.min(this.size.width, this.size.height)));
    return Math.min(most, fine + coarse);
  }

  /** The part of a level that lies on the canvas. */
  seen(image, scale) {
    const across = this.canvas.width / this.zoom / 2;
    const down = this.canvas.height / this.zoom / 2;
    const left = Math.max(0, Math.floor((this.middle.x - across) / scale.x));
    const top = Math.max(0, Math.floor((this.middle.y - down) / scale.y));
    const right = Math.min(image.width, Math.ceil((this.middle.x + across) / scale.x));
    const bottom = Math.min(image.height, Math.ceil((this.middle.y + down) / scale.y));
    return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
  }

  blended(before, after, part, scale) {
    const { scratch } = this;
    if (scratch.width < part.width || scratch.height < part.height) {
      scratch.width = Math.max(scratch.width, part.width);
      scratch.height = Math.max(scratch.height, part.height);
    }
    const { strength, chroma, mode, split } = this.settings;
    const edge = (split - 0.5) * this.canvas.width / this.zoom + this.middle.x;
    const columns = mode === "compare" ? Math.round(edge / scale.x) - part.left : 0;
    const image = new ImageData(part.width, part.height);
    blend(image.data, before, after, part, { strength, chroma, removed: mode === "removed", split: columns });
    scratch.getContext("2d").putImageData(image, 0, 0);
  }

  // hands

  listen() {
    const fingers = new Map();
    const { canvas } = this;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return { x: (event.clientX - box.left) * this.ratio, y: (event.clientY - box.top) * this.ratio };
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, place(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      const last = fingers.get(event.pointerId);
      if (!last) return;
      const now = place(event);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) this.pinch(last, now, other);
      this.pan((now.x - last.x) / fingers.size, (now.y - last.y) / fingers.size);
      fingers.set(event.pointerId, now);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const lines = event.deltaMode ? 16 : 1;
      this.zoomTo(this.zoom * 2 ** (-event.deltaY * lines / 240), place(event));
    }, { passive: false });
    canvas.addEventListener("dblclick", (event) => {
      if (this.fitted) this.zoomTo(Math.max(1, 2 * this.zoom), place(event));
      else this.fit();
    });
  }

  pinch(last, now, other) {
    const apart = (a) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
    const between = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    this.zoomTo((this.zoom * apart(now)) / apart(last), between);
  }
}
