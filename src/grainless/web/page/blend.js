// What is seen: from the picture before and after, by strength and chroma, without another run.

export const GAIN = 4; // what was removed is shown this much stronger than it is, as grainless denoise --compare does

/**
 * Blend a part of two pictures of the same size into an image of that part's size; RGBA, 8 bits.
 *
 *     y = x + strength luma(d) + chroma (d - luma(d))      d = after - before
 *
 * Columns left of `split` show the picture before. With `removed`, x - y is shown around grey.
 */
export function blend(out, before, after, part, { strength, chroma, removed = false, split = 0 }) {
  const { left, top, width, height } = part;
  for (let row = 0; row < height; row++) {
    const from = 4 * ((top + row) * before.width + left);
    const to = 4 * row * width;
    const kept = Math.max(0, Math.min(width, split));
    if (kept) out.set(before.data.subarray(from, from + 4 * kept), to);
    blendRow(out, to + 4 * kept, before.data, after.data, from + 4 * kept, width - kept, strength, chroma, removed);
  }
}

function blendRow(out, to, before, after, from, count, strength, chroma, removed) {
  const grey = strength - chroma; // luma's own share, beside what all of the difference gets
  for (const end = from + 4 * count; from < end; from += 4, to += 4) {
    const r = after[from] - before[from];
    const g = after[from + 1] - before[from + 1];
    const b = after[from + 2] - before[from + 2];
    const luma = grey * (0.299 * r + 0.587 * g + 0.114 * b);
    if (removed) {
      out[to] = 128 - GAIN * (luma + chroma * r);
      out[to + 1] = 128 - GAIN * (luma + chroma * g);
      out[to + 2] = 128 - GAIN * (luma + chroma * b);
      out[to + 3] = 255;
    } else {
      out[to] = before[from] + luma + chroma * r;
      out[to + 1] = before[from + 1] + luma + chroma * g;
      out[to + 2] = before[from + 2] + luma + chroma * b;
      out[to + 3] = before[from + 3];
    }
  }
}
