// How a camera was held: the orientation in EXIF, and pictures turned by it for the eye.

/** The orientation 1..8 in an EXIF block (a TIFF structure); 1 where it says nothing that makes sense. */
export function orientationOf(exif) {
  const value = entry(exif)?.read() ?? 1;
  return value >= 1 && value <= 8 ? value : 1;
}

/** A copy of a file's bytes whose EXIF block, a part of them, says that pixels lie as they are stored. */
export function lying(bytes, exif) {
  if (orientationOf(exif) === 1) return bytes;
  const copy = bytes.slice();
  entry(copy.subarray(exif.byteOffset - bytes.byteOffset).subarray(0, exif.length)).write(1);
  return copy;
}

function entry(exif) {
  if (!exif || exif.length < 14) return null;
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const little = view.getUint16(0) === 0x4949;
  const at = view.getUint32(4, little);
  if (at + 2 > exif.length) return null;
  const entries = view.getUint16(at, little);
  for (let place = at + 2; place + 12 <= exif.length && place < at + 2 + 12 * entries; place += 12) {
    if (view.getUint16(place, little) !== 0x0112) continue;
    return { read: () => view.getUint16(place + 8, little), write: (value) => view.setUint16(place + 8, value, little) };
  }
  return null;
}

/** An RGBA image as it is to be looked at. */
export function upright(image, orientation) {
  if (orientation === 1) return image;
  const { width, height } = image;
  const turned = orientation > 4;
  const [w, h] = turned ? [height, width] : [width, height];
  const from = new Uint32Array(image.data.buffer, image.data.byteOffset, width * height);
  const to = new Uint32Array(w * h);
  const flipX = [2, 3, 7, 8].includes(orientation);
  const flipY = [3, 4, 6, 7].includes(orientation);
  for (let y = 0, at = 0; y < h; y++) {
    for (let x = 0; x < w; x++, at++) {
      let [sx, sy] = turned ? [y, x] : [x, y];
      if (flipX) sx = width - 1 - sx;
      if (flipY) sy = height - 1 - sy;
      to[at] = from[sy * width + sx];
    }
  }
  return { width: w, height: h, data: new Uint8ClampedArray(to.buffer) };
}
