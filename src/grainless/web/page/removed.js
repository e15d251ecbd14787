// What was taken from a picture, in words.

const WORDS = [[1, "hardly any"], [4, "a little"], [9, "some"], [18, "much"], [Infinity, "very much"]];

function word(level) {
  return WORDS.find(([most]) => level < most)[1];
}

/** {luma, colour}: root mean squares in steps of 255; colour is null for a grey picture. */
export function told({ luma, colour }) {
  const level = (value) => `${value.toFixed(1)}/255`;
  if (colour === null) return `Removed: ${word(luma)} grain (${level(luma)}).`;
  return `Removed: ${word(luma)} grain (${level(luma)}) and ${word(colour)} colour noise (${level(colour)}).`;
}
