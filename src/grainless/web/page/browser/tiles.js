// Tiles, cut as src/grainless/model/tiles.py cuts them, and the padding around a picture; knows no model.

/** What tiles must keep: {pixels, reach, multiple, least}, as the Python class Cutting has them. */
export class Cutting {
  constructor({ pixels, reach, multiple = 1, least = 1 }) {
    Object.assign(this, { pixels, reach, multiple, least });
    this.halo = grown(reach, multiple);
    this.shortest = grown(Math.max(least, 2 * this.halo + 2 * multiple), multiple);
  }
}

/** The next multiple. */
export function grown(length, multiple) {
  return Math.ceil(length / multiple) * multiple;
}

/** The tiles along the height and along the width, those with the least to compute: lists of spans. */
export function plan([height, width], cutting) {
  let best = null;
  for (const sides of sidesTried([height, width], cutting)) {
    const work = count(height, sides[0], cutting) * count(width, sides[1], cutting) * sides[0] * sides[1];
    if (!best || work < best.work) best = { sides, work };
  }
  return [spans(height, best.sides[0], cutting), spans(width, best.sides[1], cutting)];
}

/** Tiles of one side: pixels start..stop are given, results first..last are kept. */
export function spans(length, side, cutting) {
  const found = [];
  while (!found.length || found.at(-1).stop < length) {
    const first = found.length ? found.at(-1).last : 0;
    const start = Math.max(0, Math.min(first - cutting.halo, length - side));
    const stop = Math.min(start + side, length);
    found.push({ start, stop, first, last: stop === length ? stop : stop - cutting.halo });
  }
  return found;
}

function* sidesTried([height, width], cutting) {
  for (let number = 1; ; number++) {
    const rows = evenSide(height, number, cutting);
    const columns = widest(width, Math.floor(cutting.pixels / rows), cutting);
    if (rows <= Math.min(height, cutting.shortest)) {
      yield [rows, columns || Math.min(width, cutting.shortest)];
      return;
    }
    if (columns) yield [rows, columns];
    if (columns === width) return;
  }
}

function evenSide(length, number, cutting) {
  if (number === 1) return length;
  const core = grown(Math.ceil((length - 2 * cutting.halo) / number), cutting.multiple);
  return Math.min(length, Math.max(cutting.shortest, core + 2 * cutting.halo));
}

function widest(length, most, cutting) {
  if (length <= most) return length;
  most -= most % cutting.multiple;
  return most < cutting.shortest ? 0 : evenSide(length, count(length, most, cutting), cutting);
}

function count(length, side, cutting) {
  return length <= side ? 1 : Math.ceil((length - 2 * cutting.halo) / (side - 2 * cutting.halo));
}

/** Which pixel stands at a place beyond the end: numpy's padding by reflection, as often as need be. */
export function mirrored(place, length) {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = place % period;
  return within < length ? within : period - within;
}
