// A model run on pixels of any size: colours, padding, tiles. What src/grainless/model/denoiser.py does, in the browser.

import { Sentence } from "./sentence.js";
import { Cutting, grown, mirrored, plan } from "./tiles.js";
import { filled } from "./transparent.js";

/**
 * Denoise planes of 8 or 16 bits.
 *
 * @param image {width, height, channels, depth, colours, alpha}; channels 1 or 3.
 * @param card the model's: channels, multiple, least, reach, size.
 * @param run (Float32Array, [1, c, h, w]) -> Promise of Float32Array of the same shape.
 * @param options {pixels: the most of a tile, progress: (done, total) => void}.
 * @returns colours of the same kind, denoised.
 */
export async function denoise(image, card, run, { pixels, progress = () => {} }) {
  if (card.size) throw new Sentence(`The model ${card.name} takes images of one size alone.`);
  const { width, height, channels, depth, colours, alpha } = image;
  const white = 2 ** (bitsUsed(image) ?? depth) - 1;
  const most = 2 ** depth - 1;
  const area = width * height;
  const shown = (c) => seen(colours.subarray(c * area, (c + 1) * area), alpha, image, white);
  const given = Array.from({ length: channels }, (_, c) => shown(c));
  const runs = channels === 3 && card.channels === 1 ? given.map((plane) => [plane]) : [given];
  const result = new colours.constructor(colours.length);
  for (const [number, group] of runs.entries()) {
    const planes = card.channels === 3 && group.length === 1 ? [group[0], group[0], group[0]] : group;
    const into = result.subarray(number * area, (number + group.length) * area);
    const told = (done, total) => progress(number * total + done, runs.length * total);
    await byTiles(planes, into, image, card, run, { pixels, progress: told, white, most });
  }
  if (alpha) keepClear(result, image);
  return result;
}

/** Of 16 bits, the 8 to 14 that the samples use, as a camera's 12; null: all, or there are 8. As inspection/sampling.py counts. */
export function bitsUsed({ depth, colours }) {
  if (depth !== 16) return null;
  let brightest = 0;
  for (const value of colours) if (value > brightest) brightest = value;
  const bits = 32 - Math.clz32(brightest);
  return bits >= 8 && bits <= 14 ? bits : null;
}

/** A plane as the model shall see it: clear pixels coloured like those around. */
function seen(plane, alpha, size, white) {
  if (!alpha?.includes(0) || alpha.every((value) => value === 0)) return { plane, scale: 1 / white };
  const clear = Uint8Array.from(alpha, (value) => value === 0);
  return { plane: filled(Float32Array.from(plane, (value) => value / white), clear, size), scale: 1 };
}

function keepClear(result, { colours, alpha, channels }) {
  const area = alpha.length;
  for (let at = 0; at < area; at++) {
    if (alpha[at] === 0) for (let c = 0; c < channels; c++) result[c * area + at] = colours[c * area + at];
  }
}

async function byTiles(planes, into, size, card, run, { pixels, progress, white, most }) {
  const [height, width] = [size.height, size.width].map((side) => grown(Math.max(side, card.least), card.multiple));
  const whole = { start: 0, first: 0 };
  const [rows, columns] = card.reach === null
    ? [[{ ...whole, stop: height, last: height }], [{ ...whole, stop: width, last: width }]]
    : plan([height, width], new Cutting({ pixels, reach: card.reach, multiple: card.multiple, least: card.least }));
  let done = 0;
  progress(0, rows.length * columns.length);
  for (const row of rows) {
    for (const column of columns) {
      const sides = [row.stop - row.start, column.stop - column.start];
      const denoised = await run(cut(planes, row, column, size), [1, planes.length, ...sides]);
      paste(denoised, planes.length, into, row, column, size, { white, most });
      progress(++done, rows.length * columns.length);
    }
  }
}

/** A tile of planes; beyond the picture's ends it is mirrored. */
function cut(planes, row, column, { width, height }) {
  const [h, w] = [row.stop - row.start, column.stop - column.start];
  const tile = new Float32Array(planes.length * h * w);
  const places = Array.from({ length: w }, (_, x) => mirrored(column.start + x, width));
  let to = 0;
  for (const { plane, scale } of planes) {
    for (let y = row.start; y < row.stop; y++) {
      const from = mirrored(y, height) * width;
      for (let x = 0; x < w; x++) tile[to++] = plane[from + places[x]] * scale;
    }
  }
  return tile;
}

/** The tile's core into the result, as integers; of three equal colours' answers the mean counts. */
function paste(tile, channels, into, row, column, { width, height }, { white, most }) {
  const [h, w] = [row.stop - row.start, column.stop - column.start];
  const [bottom, right] = [Math.min(row.last, height), Math.min(column.last, width)];
  const area = width * height;
  const kept = into.length / area;
  const mean = channels > kept;
  for (let c = 0; c < kept; c++) {
    for (let y = row.first; y < bottom; y++) {
      let from = (c * h + y - row.start) * w + column.first - column.start;
      let to = c * area + y * width + column.first;
      for (let x = column.first; x < right; x++, from++, to++) {
        const value = mean ? (tile[from] + tile[from + h * w] + tile[from + 2 * h * w]) / 3 : tile[from];
        if (value !== value) throw new Sentence("The model gave pixels that are no numbers.");
        into[to] = Math.max(0, Math.min(most, Math.round(value * white)));
      }
    }
  }
}

/** Go from the picture towards the denoised one; the same kind of planes comes back. See ../blend.js. */
export function towards(image, denoised, strength, chroma) {
  if (strength === 1 && chroma === 1) return denoised;
  const { colours, channels, depth, width, height } = image;
  const white = 2 ** depth - 1;
  const area = width * height;
  const result = new colours.constructor(colours.length);
  const [grey, weights] = channels === 3 ? [strength - chroma, [0.299, 0.587, 0.114]] : [0, [0]];
  const all = channels === 3 ? chroma : strength;
  for (let at = 0; at < area; at++) {
    let luma = 0;
    for (let c = 0; c < channels; c++) luma += weights[c] * (denoised[c * area + at] - colours[c * area + at]);
    for (let c = 0, p = at; c < channels; c++, p += area) {
      const value = colours[p] + grey * luma + all * (denoised[p] - colours[p]);
      result[p] = Math.max(0, Math.min(white, Math.round(value)));
    }
  }
  return result;
}

/** What was removed: root mean squares of its luma and of its colours, in steps of 255; null where it is grey. */
export function removed(image, denoised) {
  const { colours, channels, width, height } = image;
  const area = width * height;
  let [luma, colour] = [0, 0];
  for (let at = 0; at < area; at++) {
    const d = [0, 1, 2].map((c) => (c < channels ? denoised[c * area + at] - colours[c * area + at] : 0));
    const y = channels === 3 ? 0.299 * d[0] + 0.587 * d[1] + 0.114 * d[2] : d[0];
    luma += y * y;
    if (channels === 3) colour += ((d[0] - y) ** 2 + (d[1] - y) ** 2 + (d[2] - y) ** 2) / 3;
  }
  const level = (sum) => (Math.sqrt(sum / area) * 255) / (2 ** (bitsUsed(image) ?? image.depth) - 1);
  return { luma: level(luma), colour: channels === 3 ? level(colour) : null };
}
