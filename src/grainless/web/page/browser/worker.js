// The Worker: decodes, denoises and encodes off the page's thread. A call is {id, call, ...}, an answer {id, ...}.

import { bitsUsed, denoise, removed, towards } from "./denoise.js";
import { upright } from "./exif.js";
import { decode, encode, rgba } from "./files.js";
import { Sentence } from "./sentence.js";
import { open } from "./session.js";

const opened = new Map(); // a model's name -> its session

const CALLS = {
  /** Denoise a file; what comes back is a Blob of the denoised planes, for the other calls. */
  async denoise({ file, models, usual, name, base, pixels }, tell) {
    const { image, notes, orientation } = await decode(file);
    const grey = image.channels === 1;
    const model = models.find((each) => each.name === (name || (grey ? usual.grey : usual.color)));
    tell({ words: "Opening the model" });
    const ready = await session(model, base);
    const progress = (done, total) => tell({ done, total });
    const denoised = await denoise(image, model.card, ready.run, { pixels, progress });
    const { width, height, channels, depth } = image;
    const bits = bitsUsed(image);
    if (bits) notes.push(`It uses ${bits} of its 16 bits: its noise is taken by these.`);
    const facts = { width, height, channels, depth, orientation, notes, model: model.name, words: ready.words };
    return { ...facts, after: new Blob([denoised]), removed: removed(image, denoised) };
  },

  /** The picture before and after as it is to be looked at. */
  async pixels({ file, after }) {
    const { image, orientation } = await decode(file);
    const before = upright(rgba(image), orientation);
    const denoised = after && { ...image, colours: await planes(after, image.depth) };
    return { before, after: denoised && upright(rgba(denoised), orientation) };
  },

  /** The denoised file, in the format of the original. */
  async encode({ file, after, strength, chroma }) {
    const decoded = await decode(file);
    const denoised = await planes(after, decoded.image.depth);
    const colours = towards(decoded.image, denoised, strength, chroma);
    return encode({ ...decoded.image, colours }, decoded);
  },
};

async function planes(blob, depth) {
  const buffer = await blob.arrayBuffer();
  return depth === 16 ? new Uint16Array(buffer) : new Uint8Array(buffer);
}

async function session(model, base) {
  if (!opened.has(model.name)) {
    const load = (file) => loaded(model.name, new URL(file, base));
    const session = open(load, model, model.card).catch((error) => {
      throw error instanceof Sentence ? error : new Sentence(`The model ${model.name} could not be opened: ${error?.message ?? error}`);
    });
    opened.set(model.name, await session);
  }
  return opened.get(model.name);
}

async function loaded(name, address) {
  const lost = () => new Sentence(`The model ${name} could not be loaded: the connection was lost.`);
  const answer = await fetch(address).catch(() => Promise.reject(lost()));
  if (!answer.ok) throw new Sentence(`The model ${name} could not be loaded (${answer.status}).`);
  return answer.arrayBuffer().catch(() => Promise.reject(lost()));
}

self.addEventListener("message", async ({ data: { id, call, ...given } }) => {
  const tell = (progress) => self.postMessage({ id, progress });
  try {
    self.postMessage({ id, result: await CALLS[call](given, tell) });
  } catch (error) {
    self.postMessage({ id, fault: error instanceof Sentence ? error.message : told(error) });
  }
});

function told(error) {
  if (/alloc|memory|array buffer/i.test(String(error))) return "There is not enough memory for this picture in the browser.";
  return `Something went wrong: ${error?.message ?? error}`;
}
