// What stands beside the pixels in a WebP file: read, and put into another.

const FLAGS = { ICCP: 0x20, EXIF: 0x08, "XMP ": 0x04 };
const ALPHA = 0x10;
const ANIMATED = 0x02;

/** {width, height, lossless, animated, chunks, exif}; null where it is broken. */
export function parse(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = { chunks: [], lossless: false, animated: false };
  for (let at = 12; at + 8 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (data.length < length) return null;
    look(found, type, data);
    at += 8 + length + (length & 1);
  }
  found.exif = found.chunks.find(({ type }) => type === "EXIF")?.data;
  return found.width ? found : null;
}

function look(found, type, data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (type in FLAGS) found.chunks.push({ type, data });
  if (type === "ANIM") found.animated = true;
  if (type === "VP8X" && data.length >= 10) {
    found.animated = (data[0] & ANIMATED) > 0;
    found.width = 1 + (view.getUint32(4, true) & 0xffffff);
    found.height = 1 + (view.getUint32(6, true) >>> 8);
  }
  if (type === "VP8L" && data.length >= 5) {
    const bits = view.getUint32(1, true);
    found.lossless = true;
    found.width ??= 1 + (bits & 0x3fff);
    found.height ??= 1 + ((bits >>> 14) & 0x3fff);
  }
  if (type === "VP8 " && data.length >= 10) {
    found.width ??= view.getUint16(6, true) & 0x3fff;
    found.height ??= view.getUint16(8, true) & 0x3fff;
  }
}

/** A file with these chunks added to its pixels. */
export async function withChunks(blob, { chunks, width, height }, alpha) {
  if (!chunks.length) return blob;
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const pixels = pixelChunks(bytes);
  const head = new DataView(new ArrayBuffer(10));
  head.setUint8(0, chunks.reduce((flags, { type }) => flags | FLAGS[type], alpha ? ALPHA : 0));
  head.setUint32(6, (height - 1) << 8, true);
  head.setUint16(4, (width - 1) & 0xffff, true);
  head.setUint8(6, (width - 1) >> 16);
  const profile = chunks.filter(({ type }) => type === "ICCP").map(packed);
  const others = chunks.filter(({ type }) => type !== "ICCP").map(packed);
  const body = [packed({ type: "VP8X", data: new Uint8Array(head.buffer) }), ...profile, ...pixels, ...others];
  const size = new Uint32Array([4 + body.reduce((sum, part) => sum + part.length, 0)]);
  return new Blob(["RIFF", size, "WEBP", ...body], { type: "image/webp" });
}

function pixelChunks(bytes) {
  const view = new DataView(bytes.buffer);
  const found = [];
  for (let at = 12; at + 8 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    const whole = 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) & 1);
    if (["VP8 ", "VP8L", "ALPH"].includes(type)) found.push(bytes.subarray(at, at + whole));
    at += whole;
  }
  return found;
}

function packed({ type, data }) {
  const bytes = new Uint8Array(8 + data.length + (data.length & 1));
  for (let c = 0; c < 4; c++) bytes[c] = type.charCodeAt(c);
  new DataView(bytes.buffer).setUint32(4, data.length, true);
  bytes.set(data, 8);
  return bytes;
}
