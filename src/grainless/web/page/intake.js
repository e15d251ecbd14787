// How pictures come in: dropped, pasted, picked, whole folders.

/** Listen for pictures. @param {(files: File[]) => void} take */
export function listen(take, accept) {
  dropped(take);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) take(files);
  });
  picked("files", take, accept);
  picked("folder", take);
}

function picked(id, take, accept) {
  const input = document.getElementById(id);
  if (accept) input.accept = accept;
  input.addEventListener("change", () => {
    take(id === "folder" ? visible([...input.files]) : [...input.files]);
    input.value = ""; // the same file may be picked again
  });
  for (const button of document.querySelectorAll(`[data-pick="${id}"]`)) {
    if (id === "folder" && !("webkitdirectory" in input)) button.hidden = true;
    button.addEventListener("click", () => input.click());
  }
}

function dropped(take) {
  let depth = 0; // dragenter and dragleave come for every element on the way
  const over = (step) => {
    depth = Math.max(0, depth + step);
    document.body.classList.toggle("dragging", depth > 0);
  };
  const ours = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragenter", (event) => ours(event) && over(1));
  document.addEventListener("dragleave", (event) => ours(event) && over(-1));
  document.addEventListener("dragover", (event) => ours(event) && event.preventDefault());
  document.addEventListener("drop", async (event) => {
    if (!ours(event)) return;
    event.preventDefault();
    over(-Infinity);
    take(await filesOf(event.dataTransfer));
  });
}

async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = await Promise.all(entries.map(inside));
  return visible(found.flat());
}

/** The files of a dropped folder and of those in it. */
async function inside(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (let some; (some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))).length; ) {
    found.push(...some);
  }
  return (await Promise.all(found.map(inside))).flat();
}

/** Of a folder, the pictures: other files in it are nobody's mistake. */
function visible(files) {
  const picture = /\.(png|apng|jpe?g|jpe|jfif|webp|tiff?|gif|bmp|dib|p[gpnf]m)$/i;
  return files.filter(({ name }) => picture.test(name) && !name.startsWith("."));
}
