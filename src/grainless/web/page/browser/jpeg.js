// What stands beside the pixels in a JPEG file: read, and put into another.

const KEPT = new Set([0xe0, 0xe1, 0xe2, 0xed, 0xfe]); // JFIF, EXIF and XMP, profile, IPTC, comment
const START = 0xd8;

/** {width, height, components, segments, exif} of a file's head; null where it is broken. */
export function parse(bytes) {
  const segments = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = (bytes[at + 2] << 8) | bytes[at + 3];
    const data = bytes.subarray(at, at + 2 + length);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width] = [(data[5] << 8) | data[6], (data[7] << 8) | data[8]];
      return { width, height, components: data[9], segments, exif: exifOf(segments) };
    }
    if (KEPT.has(marker) && !starts(data, "MPF\0")) segments.push({ marker, data });
    at += 2 + length;
  }
  return null;
}

function starts(data, words) {
  return [...words].every((letter, at) => data[4 + at] === letter.charCodeAt(0));
}

function exifOf(segments) {
  return segments.find(({ marker, data }) => marker === 0xe1 && starts(data, "Exif\0\0"))?.data.subarray(10);
}

/** A file with these segments in the place of its own; four inks' profile does not fit what is RGB now. */
export async function withSegments(blob, { segments, components }) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const fitting = segments.filter(({ marker, data }) => components !== 4 || !(marker === 0xe2 && starts(data, "ICC_")));
  let at = 2;
  while (bytes[at] === 0xff && KEPT.has(bytes[at + 1])) at += 2 + ((bytes[at + 2] << 8) | bytes[at + 3]);
  const parts = [new Uint8Array([0xff, START]), ...fitting.map(({ data }) => data), bytes.subarray(at)];
  return new Blob(parts, { type: "image/jpeg" });
}
