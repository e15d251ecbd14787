// The engine that runs on the visitor's own machine: a Worker that denoises, and one that reads and writes files.

import { prepare } from "./offline.js";
import { told } from "./removed.js";

const base = new URL("./", import.meta.url);
const TILE = (navigator.deviceMemory ?? 8) < 4 ? 2 ** 19 : 2 ** 20; // pixels; the command line takes 2^20

let known = null;

async function manifest() {
  known ??= (await fetch(new URL("models.json", base))).json();
  return known;
}

/** A Worker with calls that are answered; it is ended to cancel, and starts anew when it is needed. */
class Calls {
  ask(call, given, { progress = () => {}, signal } = {}) {
    this.worker ??= this.start();
    const id = (this.last = (this.last ?? 0) + 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, progress });
      signal?.addEventListener("abort", () => this.waiting.has(id) && this.end(signal.reason), { once: true });
      this.worker.postMessage({ id, call, ...given });
    });
  }

  start() {
    this.waiting = new Map();
    const worker = new Worker(new URL("browser/worker.js", base), { type: "module" });
    worker.addEventListener("message", ({ data: { id, progress, result, fault } }) => {
      const call = this.waiting.get(id);
      if (progress) return call.progress(progress);
      this.waiting.delete(id);
      return fault ? call.reject(new Error(fault)) : call.resolve(result);
    });
    worker.addEventListener("error", (event) => {
      this.end(new Error(event.message ? `The browser's worker stopped: ${event.message}` : "The browser's worker could not start."));
    });
    return worker;
  }

  end(reason) {
    this.worker?.terminate();
    this.worker = null;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of waiting) reject(reason);
  }
}

const work = new Calls();
const files = new Calls();

export const engine = {
  accept: "image/png,image/jpeg,image/webp",
  promise: "On your own machine, inside this browser. Nothing is uploaded.",
  about: "PNG, JPEG and WebP up to 50 megapixels. Works offline once loaded.",

  prepare,

  async where() {
    if (self.crossOriginIsolated) return "on your machine, in this browser";
    return "on your machine, in this browser; on one thread, as its host sends no headers for more";
  },

  async models() {
    const { models } = await manifest();
    const usual = { name: "", label: "Usual", about: "The model that learned the most kinds of noise." };
    return [usual, ...models.map(({ name, about }) => ({ name, label: name, about }))];
  },

  async run(file, { model }, { progress, signal }) {
    const { models, usual } = await manifest();
    const result = await work.ask("denoise", { file, models, usual, name: model, base: base.href, pixels: TILE }, { progress, signal });
    const by = `Denoised by ${result.model}, on ${result.words}.`;
    return { ...result, report: [told(result.removed), by], warnings: result.notes, colour: result.channels === 3 };
  },

  pixels: (file, outcome) => files.ask("pixels", { file, after: outcome?.after }),

  encode: (file, outcome, { strength, chroma }) =>
    files.ask("encode", { file, after: outcome.after, strength, chroma }),
};
