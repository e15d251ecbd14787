// The engine that asks the server this page came from.

import { follow } from "./progress.js";

const base = new URL("./", import.meta.url);
const token = new URLSearchParams(location.hash.slice(1)).get("token"); // behind the #: it is in no log
const headers = token ? { Authorization: `Bearer ${token}` } : {};
const STRIP = 4e6; // pixels that a canvas holds at once

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(new URL(path, base), { ...options, headers });
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    throw new Error("The server does not answer: is it still running?");
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  throw new Error(told?.error ?? `The server answered ${answer.status}.`);
}

function denoise(file, { model = "auto", strength = 1, chroma = 1, ...more }, options) {
  const query = new URLSearchParams({ model, strength, chroma, ...more });
  return ask(`api/denoise?${query}`, { method: "POST", body: file, ...options });
}

let told = null;

function health() {
  told ??= ask("api/health").then((answer) => answer.json());
  return told;
}

export const engine = {
  promise: ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)
    ? "Your pictures do not leave this computer."
    : `${location.hostname} denoises your pictures, and keeps nothing.`,
  about: "PNG, JPEG, TIFF, WebP, GIF, BMP, PGM, PPM and PFM, 8 to 32 bits.",
  programs: "api/docs",

  async where() {
    return `on ${location.host}, version ${(await health()).version}`;
  },

  /** The training whose report is shown beside the page, if there is one. */
  async link() {
    const { run } = await health();
    return run && { words: `Training: ${run}`, href: `run.html${location.hash}` };
  },

  async models() {
    const { models } = await (await ask("api/models")).json();
    const auto = { name: "auto", label: "Automatic", about: "Looks at the noise and chooses." };
    return [auto, ...models.map(({ name, summary }) => ({ name, label: name, about: summary }))];
  },

  async run(file, { model }, { progress, signal }) {
    const job = newNumber();
    const stop = follow(new URL(`api/jobs/${job}`, base), headers, progress);
    try {
      const form = await (await denoise(file, { model, job, parts: true }, { signal })).formData();
      const { words, remarks, warnings, ...outcome } = JSON.parse(await textOf(form.get("outcome")));
      const report = [...(words ? [`${words[0].toUpperCase()}${words.slice(1)}.`] : []), ...remarks.filter((each) => !warnings.includes(each))];
      if (!report.length) report.push(outcome.model ? `Denoised by ${outcome.model}.` : "Left as it is.");
      const [before, after] = [form.get("before") ?? file, form.get("after") ?? form.get("image")];
      if (!outcome.changed && outcome.model === null) report.push("Choose a model to denoise it all the same.");
      return { ...outcome, report, warnings, image: form.get("image"), before, after, colour: outcome.channels === 3, asked: model };
    } finally {
      stop();
    }
  },

  async pixels(file, outcome) {
    const before = await seen(outcome?.before ?? file).catch(() => null);
    if (!outcome) return { before: before ?? blank(), after: null };
    return { before: before ?? (await seen(outcome.after)), after: await seen(outcome.after) };
  },

  async encode(file, outcome, { model, strength, chroma }) {
    if (!outcome.changed || (strength === 1 && chroma === 1)) return outcome.image;
    return (await denoise(file, { model: outcome.model ?? model, strength, chroma })).blob();
  },
};

const textOf = (part) => (typeof part === "string" ? part : part.text());

/** A random UUID; crypto.randomUUID is there on localhost and https alone. */
function newNumber() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What the browser shows of a file, upright: RGBA. */
async function seen(blob) {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const data = new Uint8ClampedArray(4 * width * height);
  const rows = Math.max(1, Math.floor(STRIP / width));
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    const pen = new OffscreenCanvas(width, count).getContext("2d", { willReadFrequently: true });
    pen.drawImage(bitmap, 0, -top);
    data.set(pen.getImageData(0, 0, width, count).data, 4 * top * width);
  }
  bitmap.close();
  return { width, height, data };
}

/** In the place of a picture that the browser cannot show before the server has. */
const blank = () => ({ width: 3, height: 2, data: new Uint8ClampedArray(24) });
