// Results go to the visitor's disk: one by one, or all in a zip.

/** photo.jpg -> photo-denoised.jpg; the ending is that of what was written. */
export function named(name, type) {
  const ending = { "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp" }[type];
  const [, stem, own] = /^(.*?)(\.[^.]*)?$/s.exec(name);
  const same = ending === ".jpg" && /^\.(jpe?g|jpe|jfif)$/i.test(own ?? "");
  return `${stem || "picture"}-denoised${same || !ending ? (own ?? "") : ending}`;
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A zip of files that come one after the other; they are packed already, and only stored. */
export async function zipped(files) {
  const { Zip, ZipPassThrough } = await import("./vendor/fflate.js"); // nothing else needs it
  const parts = [];
  const zip = new Zip((error, part) => {
    if (error) throw error;
    parts.push(new Blob([part])); // a browser may keep what is a Blob on the disk
  });
  const taken = new Set();
  for await (const { name, blob } of files) {
    const entry = new ZipPassThrough(unlike(name, taken));
    zip.add(entry);
    entry.push(new Uint8Array(await blob.arrayBuffer()), true);
  }
  zip.end();
  return new Blob(parts, { type: "application/zip" });
}

function unlike(name, taken) {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = name.replace(/(\.[^.]*)?$/, ` (${number})$1`);
  taken.add(free);
  return free;
}
