// Clear pixels get colours like those around them: src/grainless/image/transparent.py tells why and how.

const BLOCK = 32;
const MIDDLE = 0.5;

/** Fill the pixels under alpha 0 of one plane; the others stay. @returns Float32Array, or the plane itself. */
export function filled(plane, clear, { width, height }) {
  const [w, h] = [Math.ceil(width / BLOCK) * BLOCK, Math.ceil(height / BLOCK) * BLOCK];
  const sums = new Float32Array(w * h);
  const weights = new Float32Array(w * h);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (clear[at]) continue;
      sums[y * w + x] = plane[at];
      weights[y * w + x] = 1;
    }
  }
  const found = fill(sums, weights, w, h, BLOCK);
  return Float32Array.from(plane, (value, at) => (clear[at] ? found[Math.floor(at / width) * w + (at % width)] : value));
}

function fill(sums, weights, w, h, side) {
  const around = neighbours(sums, w, h);
  const seen = neighbours(weights, w, h);
  const coarse = side > 1 && fill(halved(sums, w, h), halved(weights, w, h), w / 2, h / 2, side / 2);
  return Float32Array.from(sums, (sum, at) => {
    if (weights[at] > 0) return sum / Math.max(weights[at], 1);
    if (seen[at] > 0) return around[at] / Math.max(seen[at], 1);
    return coarse ? coarse[(Math.floor(at / w) >> 1) * (w / 2) + ((at % w) >> 1)] : MIDDLE;
  });
}

function halved(values, w, h) {
  const half = new Float32Array((w * h) / 4);
  for (let y = 0, to = 0; y < h; y += 2) {
    for (let x = 0, at = y * w; x < w; x += 2, at += 2, to++) {
      half[to] = values[at] + values[at + w] + (values[at + 1] + values[at + w + 1]);
    }
  }
  return half;
}

function neighbours(values, w, h) {
  const rows = new Float32Array(w * h);
  for (let at = 0; at < w * h; at++) {
    rows[at] = (at >= w ? values[at - w] : 0) + values[at] + (at < w * (h - 1) ? values[at + w] : 0);
  }
  return rows.map((value, at) => (at % w ? rows[at - 1] : 0) + value + (at % w < w - 1 ? rows[at + 1] : 0));
}
