// Files <-> pixels in the browser. PNG is read and written here; JPEG and WebP by the browser's own codecs.

import { lying, orientationOf } from "./exif.js";
import * as jpeg from "./jpeg.js";
import * as png from "./png.js";
import { Sentence } from "./sentence.js";
import * as webp from "./webp.js";

const MOST_PIXELS = 50e6;
const STRIP = 4e6; // pixels that a canvas holds at once
const QUALITY = 0.95; // of a JPEG that is written

/** A picture's file: its kind, pixels as planes, orientation, notes, and what is kept beside the pixels. */
export async function decode(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = kindOf(bytes);
  const head = { png: png.parse, jpeg: jpeg.parse, webp: webp.parse }[kind](bytes);
  if (!head) throw new Sentence(`It is a broken ${NAMES[kind]} file.`);
  const { width, height } = head;
  if (!width || !height) throw new Sentence("It holds no pixels.");
  if (width * height > MOST_PIXELS) {
    throw new Sentence(`It has ${width} × ${height} pixels; in the browser at most 50 million are taken. The command line takes more.`);
  }
  if (head.animated) throw new Sentence("It is an animation: the command line takes those, this page still pictures.");
  const own = kind === "png" && !head.interlaced;
  const image = own ? await png.decode(head) : await byBrowser(bytes, head, kind === "jpeg" && head.components === 1);
  const notes = [];
  if (kind === "png" && head.interlaced && head.bits === 16) notes.push("Its 16 bits a sample became 8: it is interlaced.");
  if (head.components === 4) notes.push("Its four inks became RGB, and their profile was dropped.");
  return { kind, head, image, notes, orientation: orientationOf(head.exif) };
}

const NAMES = { png: "PNG", jpeg: "JPEG", webp: "WebP" };

function kindOf(bytes) {
  const word = (at, length) => String.fromCharCode(...bytes.subarray(at, at + length));
  if (!bytes.length) throw new Sentence("The file is empty.");
  if (word(1, 3) === "PNG") return "png";
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "jpeg";
  if (word(0, 4) === "RIFF" && word(8, 4) === "WEBP") return "webp";
  if (word(4, 4) === "ftyp") throw new Sentence("It is HEIC, AVIF or a film: save it as JPEG or PNG first.");
  if (word(0, 4) === "GIF8") throw new Sentence("It is a GIF: the command line takes those; this page takes PNG, JPEG and WebP.");
  if (["II*\0", "MM\0*"].includes(word(0, 4))) throw new Sentence("It is a TIFF or a camera's raw file: the command line takes TIFF; this page takes PNG, JPEG and WebP.");
  throw new Sentence("It is no PNG, JPEG or WebP picture.");
}

/** Browsers turn pictures by their EXIF, unasked: it is told that there is nothing to turn. */
async function byBrowser(bytes, { width, height, exif }, grey) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(new Blob([lying(bytes, exif)]), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw new Sentence("It is broken: the browser cannot read it.");
  }
  if (bitmap.width !== width || bitmap.height !== height) throw new Sentence("It is broken: its sizes disagree.");
  const area = width * height;
  const rgb = new Uint8Array(3 * area);
  let alpha = new Uint8Array(area);
  let least = 255;
  const rows = Math.max(1, Math.floor(STRIP / width));
  for (let top = 0, at = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    const pen = new OffscreenCanvas(width, count).getContext("2d", { willReadFrequently: true });
    pen.drawImage(bitmap, 0, -top);
    const { data } = pen.getImageData(0, 0, width, count);
    for (let from = 0; from < data.length; from += 4, at++) {
      rgb[at] = data[from];
      rgb[area + at] = data[from + 1];
      rgb[2 * area + at] = data[from + 2];
      alpha[at] = data[from + 3];
      least = Math.min(least, data[from + 3]);
    }
  }
  bitmap.close();
  if (least === 255) alpha = null;
  const colours = grey ? rgb.subarray(0, area) : rgb;
  return { width, height, channels: grey ? 1 : 3, depth: 8, colours, alpha };
}

/** Pixels in the format of the file they came from, with its metadata. */
export async function encode(image, { kind, head }) {
  if (kind === "png") return png.encode(image, head.chunks);
  const quality = kind === "webp" && head.lossless ? 1 : QUALITY;
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d").putImageData(rgba(image), 0, 0);
  const blob = await canvas.convertToBlob({ type: `image/${kind}`, quality });
  if (blob.type !== `image/${kind}`) return png.encode(image); // a browser that writes no WebP
  return kind === "jpeg" ? jpeg.withSegments(blob, head) : webp.withChunks(blob, head, image.alpha !== null);
}

/** What is looked at: 8 bits, RGBA. */
export function rgba({ width, height, channels, depth, colours, alpha }) {
  const seen = new ImageData(width, height);
  const { data } = seen;
  const area = width * height;
  const [g, b] = channels === 3 ? [area, 2 * area] : [0, 0];
  const shrink = depth === 16 ? 1 / 257 : 1;
  for (let at = 0, to = 0; at < area; at++, to += 4) {
    data[to] = colours[at] * shrink;
    data[to + 1] = colours[at + g] * shrink;
    data[to + 2] = colours[at + b] * shrink;
    data[to + 3] = alpha ? alpha[at] * shrink : 255;
  }
  return seen;
}
