// A picture at full, half, quarter ... size, each made when it is first seen.

export class Pyramid {
  /** @param image {width, height, data}: RGBA, 8 bits. */
  constructor(image) {
    this.levels = [image];
  }

  at(level) {
    while (this.levels.length <= level) this.levels.push(halved(this.levels.at(-1)));
    return this.levels[level];
  }
}

/** Means over squares of 2 x 2; an odd last row or column is left out. */
export function halved({ width, height, data }) {
  const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)];
  const half = new Uint8ClampedArray(4 * w * h);
  const right = width > 1 ? 4 : 0;
  const below = height > 1 ? 4 * width : 0;
  for (let y = 0, to = 0; y < h; y++) {
    for (let from = 8 * y * width, x = 0; x < w; x++, from += 8, to += 4) {
      for (let c = 0; c < 4; c++) {
        const at = from + c;
        half[to + c] = (data[at] + data[at + right] + data[at + below] + data[at + right + below] + 2) >> 2;
      }
    }
  }
  return { width: w, height: h, data: half };
}
