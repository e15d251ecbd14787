// PNG without a canvas: 8 and 16 bits a sample, alpha unharmed, and what stands beside the pixels kept.

import { Sentence } from "./sentence.js";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }; // kind of colour -> samples a pixel
const OURS = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND", "sBIT", "hIST", "bKGD", "acTL", "fcTL", "fdAT"]);

/** The chunks of a file, each {type, data}, and what IHDR says. */
export function parse(bytes) {
  const chunks = [...walk(bytes)];
  if (chunks[0]?.type !== "IHDR" || chunks[0].data.length < 13) throw new Sentence("It is a broken PNG file.");
  const head = new DataView(chunks[0].data.buffer, chunks[0].data.byteOffset, 13);
  return {
    chunks,
    width: head.getUint32(0),
    height: head.getUint32(4),
    bits: head.getUint8(8),
    colour: head.getUint8(9),
    interlaced: head.getUint8(12) === 1,
    animated: chunks.some(({ type }) => type === "acTL"),
    exif: chunks.find(({ type }) => type === "eXIf")?.data,
  };
}

/** Each chunk up to the last, checked as the command line does: a picture that is not whole is never taken for one. */
function* walk(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (end > bytes.length || checksum(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new Sentence(`It is a broken PNG file: chunk ${/^[a-z]+$/i.test(type) ? type : "without a name"} is broken.`);
    }
    yield { type, data: bytes.subarray(at + 8, end - 4) };
    if (type === "IEND") return;
    at = end;
  }
  throw new Sentence("It is a broken PNG file: it ends too early.");
}

/** The pixels: {width, height, channels, depth, colours, alpha}, planes one after the other. */
export async function decode(png) {
  const packed = png.chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  const stride = Math.ceil((png.width * png.bits * SAMPLES[png.colour]) / 8);
  const rows = await inflate(packed, png.height * (stride + 1));
  unfilter(rows, png.height, stride, Math.max(1, (png.bits * SAMPLES[png.colour]) >> 3));
  return planes(png, rows, stride);
}

async function inflate(parts, length) {
  const whole = new Uint8Array(length);
  let at = 0;
  try {
    const reader = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    for (let read; !(read = await reader.read()).done; at += read.value.length) {
      whole.set(read.value.subarray(0, Math.max(0, length - at)), Math.min(at, length));
    }
  } catch {
    throw new Sentence("It is a broken PNG file: its pixels cannot be unpacked.");
  }
  if (at < length) throw new Sentence("It is a broken PNG file: it ends too early.");
  return whole;
}

function unfilter(rows, height, stride, step) {
  for (let y = 0, at = 0; y < height; y++) {
    const filter = rows[at++];
    const above = y ? -stride - 1 : 0;
    for (let x = 0; x < stride; x++, at++) {
      const a = x >= step ? rows[at - step] : 0;
      const b = above ? rows[at + above] : 0;
      const c = above && x >= step ? rows[at + above - step] : 0;
      if (filter === 1) rows[at] += a;
      else if (filter === 2) rows[at] += b;
      else if (filter === 3) rows[at] += (a + b) >> 1;
      else if (filter === 4) rows[at] += paeth(a, b, c);
    }
  }
}

function paeth(a, b, c) {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

function planes(png, rows, stride) {
  const { width, height, bits, colour } = png;
  const depth = bits === 16 ? 16 : 8;
  const samples = SAMPLES[colour];
  const palette = colour === 3 && paletteOf(png);
  const channels = colour === 3 || colour === 2 || colour === 6 ? 3 : 1;
  const Store = depth === 16 ? Uint16Array : Uint8Array;
  const area = width * height;
  const colours = new Store(channels * area);
  const clear = colour === 0 || colour === 2 ? clearColour(png) : null;
  const alpha = colour === 4 || colour === 6 || palette?.clear || clear ? new Store(area) : null;
  const read = reader(rows, bits);
  const white = bits < 8 && colour === 0 ? 255 / (2 ** bits - 1) : 1;
  for (let y = 0, at = 0; y < height; y++) {
    const row = y * (stride + 1) + 1;
    for (let x = 0; x < width; x++, at++) {
      if (palette) {
        const entry = read(row, x);
        for (let c = 0; c < 3; c++) colours[c * area + at] = palette.colours[3 * entry + c];
        if (alpha) alpha[at] = palette.alpha[entry] ?? 255;
        continue;
      }
      let match = clear !== null;
      for (let c = 0; c < channels; c++) {
        const value = read(row, x * samples + c);
        match &&= value === clear[c];
        colours[c * area + at] = value * white;
      }
      if (clear) alpha[at] = match ? 0 : 2 ** depth - 1;
      else if (alpha) alpha[at] = read(row, x * samples + channels);
    }
  }
  return { width, height, channels, depth, colours, alpha };
}

function reader(rows, bits) {
  if (bits === 16) return (row, number) => (rows[row + 2 * number] << 8) | rows[row + 2 * number + 1];
  if (bits === 8) return (row, number) => rows[row + number];
  const mask = 2 ** bits - 1;
  return (row, number) => (rows[row + ((number * bits) >> 3)] >> (8 - bits - ((number * bits) & 7))) & mask;
}

function paletteOf(png) {
  const colours = png.chunks.find(({ type }) => type === "PLTE")?.data;
  if (!colours) throw new Sentence("It is a broken PNG file: its palette is missing.");
  const alpha = png.chunks.find(({ type }) => type === "tRNS")?.data ?? [];
  return { colours, alpha, clear: alpha.length > 0 };
}

/** The one colour that stands for a clear pixel, if there is one. */
function clearColour(png) {
  const data = png.chunks.find(({ type }) => type === "tRNS")?.data;
  if (!data || data.length < (png.colour === 0 ? 2 : 6)) return null;
  return Array.from({ length: data.length >> 1 }, (_, at) => (data[2 * at] << 8) | data[2 * at + 1]);
}

/** A file of pixels, with the chunks of the file they came from that still hold. */
export async function encode(image, kept = []) {
  const { width, height, channels, depth, alpha } = image;
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, height);
  head.setUint8(8, depth);
  head.setUint8(9, (channels === 3 ? 2 : 0) + (alpha ? 4 : 0));
  const packed = new Blob([filteredRows(image)]).stream().pipeThrough(new CompressionStream("deflate"));
  const pixels = new Uint8Array(await new Response(packed).arrayBuffer());
  const at = kept.findIndex(({ type }) => type === "IDAT");
  const beside = (part) => part.filter(({ type }) => !OURS.has(type)).map(({ type, data }) => chunk(type, data));
  return new Blob([
    new Uint8Array(SIGNATURE),
    chunk("IHDR", new Uint8Array(head.buffer)),
    ...beside(at < 0 ? kept : kept.slice(0, at)),
    chunk("IDAT", pixels),
    ...beside(at < 0 ? [] : kept.slice(at)),
    chunk("IEND", new Uint8Array(0)),
  ], { type: "image/png" });
}

/** Rows as PNG packs them, each less the one above it (filter "up"): quick, and near the best for photographs. */
function filteredRows({ width, height, channels, depth, colours, alpha }) {
  const samples = channels + (alpha ? 1 : 0);
  const size = depth >> 3;
  const stride = width * samples * size;
  const area = width * height;
  const rows = new Uint8Array(height * (stride + 1));
  for (let c = 0; c < samples; c++) {
    const plane = c < channels ? colours.subarray(c * area, (c + 1) * area) : alpha;
    for (let y = 0, at = 0; y < height; y++) {
      let to = y * (stride + 1) + 1 + c * size;
      for (let x = 0; x < width; x++, at++, to += samples * size) {
        if (size === 2) rows[to] = plane[at] >> 8;
        rows[to + size - 1] = plane[at];
      }
    }
  }
  for (let y = height - 1; y >= 0; y--) {
    const row = y * (stride + 1);
    rows[row] = y ? 2 : 0;
    for (let x = 1; y && x <= stride; x++) rows[row + x] -= rows[row + x - stride - 1];
  }
  return rows;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/** CRC-32 of a chunk's type and data. */
function checksum(bytes) {
  let sum = -1;
  for (let at = 0; at < bytes.length; at++) sum = TABLE[(sum ^ bytes[at]) & 255] ^ (sum >>> 8);
  return ~sum >>> 0;
}

function chunk(type, data) {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let c = 0; c < 4; c++) bytes[4 + c] = type.charCodeAt(c);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, checksum(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
