// The pictures, and the work on them: one after the other, each can be cancelled.

let last = 0;

/** state: "waiting", "working", "done", "cancelled" or "failed". */
export class Picture {
  constructor(file) {
    this.id = ++last;
    this.file = file;
    this.name = file.name || "picture.png";
    this.settings = { model: undefined, strength: 1, chroma: 1 };
    this.reset();
  }

  reset() {
    this.state = "waiting";
    this.progress = null;
    this.outcome = null;
    this.fault = null;
  }
}

export class Queue {
  /** @param engine what denoises. @param {(picture: Picture) => void} changed told of every change. */
  constructor(engine, changed) {
    this.engine = engine;
    this.changed = changed;
    this.pictures = [];
    this.current = null;
  }

  add(files) {
    const added = files.map((file) => new Picture(file));
    this.pictures.push(...added);
    this.next();
    return added;
  }

  remove(picture) {
    if (this.current === picture) this.cancel(picture);
    this.pictures = this.pictures.filter((each) => each !== picture);
  }

  again(picture) {
    if (this.current === picture) return;
    picture.reset();
    this.changed(picture);
    this.next();
  }

  cancel(picture) {
    if (this.current === picture) this.stop.abort(new DOMException("Cancelled.", "AbortError"));
    else if (picture.state === "waiting") this.settle(picture, "cancelled");
  }

  async next() {
    if (this.current) return;
    const picture = this.pictures.find(({ state }) => state === "waiting");
    if (!picture) return;
    this.current = picture;
    this.stop = new AbortController();
    picture.started = performance.now();
    this.settle(picture, "working");
    const progress = (told) => {
      picture.progress = told;
      this.changed(picture);
    };
    try {
      picture.outcome = await this.engine.run(picture.file, picture.settings, { progress, signal: this.stop.signal });
      this.current = null;
      this.settle(picture, "done");
    } catch (error) {
      this.current = null;
      picture.fault = error.message;
      this.settle(picture, this.stop.signal.aborted ? "cancelled" : "failed");
    }
    this.next();
  }

  settle(picture, state) {
    picture.state = state;
    this.changed(picture);
  }
}
