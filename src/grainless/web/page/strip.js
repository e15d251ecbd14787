// The pictures as a strip of small ones: which is looked at, and how far each is.

const SIDE = 144; // pixels of a small picture, at most
const QUICK = 8e6; // bytes of a file that is unpacked for its small picture alone
const WORDS = { waiting: "waits", working: "…", done: "", cancelled: "stopped", failed: "!" };
const SPOKEN = { waiting: "waiting", working: "in work", done: "done", cancelled: "cancelled", failed: "failed" };

export class Strip {
  constructor(nav, { select, remove }) {
    this.nav = nav;
    this.list = nav.querySelector("ul");
    this.hands = { select, remove };
    this.entries = new Map();
    this.last = Promise.resolve(); // small pictures are made one after the other
    this.watch = new IntersectionObserver((all) => {
      for (const { isIntersecting, target } of all) if (isIntersecting) this.come(target);
    }, { root: this.list, rootMargin: "0px 200px" });
  }

  add(picture) {
    const entry = document.createElement("li");
    const open = button(ending(picture.name), () => this.hands.select(picture));
    const state = document.createElement("span");
    state.className = "state";
    state.ariaHidden = "true";
    const remove = button("×", () => this.hands.remove(picture));
    remove.className = "remove";
    remove.setAttribute("aria-label", `Remove ${picture.name}`);
    entry.append(open, state, remove);
    this.list.append(entry);
    this.entries.set(picture.id, { entry, open, state });
    this.update(picture, false);
    entry.picture = picture;
    if (picture.file.size < QUICK) this.watch.observe(entry);
  }

  /** A small picture comes once it can be seen, from the file itself where the browser reads it. */
  come(entry) {
    this.watch.unobserve(entry);
    this.last = this.last.then(async () => {
      const shown = this.entries.get(entry.picture.id);
      if (!shown || shown.open.firstElementChild) return;
      const bitmap = await createImageBitmap(entry.picture.file).catch(() => null);
      if (bitmap) await this.draw(entry.picture, bitmap, bitmap);
      bitmap?.close();
    });
  }

  /** A small picture, of what is shown in the large. */
  picture(picture, image) {
    return this.draw(picture, image, new ImageData(image.data, image.width, image.height));
  }

  async draw(picture, { width, height }, source) {
    const shown = this.entries.get(picture.id);
    if (!shown || shown.open.firstElementChild) return;
    const scale = Math.min(1, SIDE / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const small = await createImageBitmap(source, {
      resizeWidth: canvas.width,
      resizeHeight: canvas.height,
      resizeQuality: "medium",
    });
    canvas.getContext("2d").drawImage(small, 0, 0);
    canvas.toBlob((blob) => {
      const img = new Image();
      img.alt = "";
      img.onload = () => URL.revokeObjectURL(img.src);
      img.src = URL.createObjectURL(blob);
      shown.open.replaceChildren(img);
    });
  }

  update(picture, current) {
    const shown = this.entries.get(picture.id);
    if (!shown) return;
    shown.state.textContent = WORDS[picture.state];
    shown.state.hidden = !WORDS[picture.state];
    shown.open.setAttribute("aria-label", `${picture.name}, ${SPOKEN[picture.state]}`);
    shown.open.title = picture.name;
    shown.entry.dataset.state = picture.state;
    if (current) {
      shown.open.setAttribute("aria-current", "true");
      shown.entry.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else shown.open.removeAttribute("aria-current");
  }

  remove(picture) {
    const entry = this.entries.get(picture.id)?.entry;
    if (!entry) return;
    this.watch.unobserve(entry);
    entry.remove();
    this.entries.delete(picture.id);
  }
}

/** What kind of file it is, in the place of its picture. */
function ending(name) {
  return /\.([a-z0-9]{2,4})$/i.exec(name)?.[1].toUpperCase() ?? "";
}

function button(words, pressed) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", pressed);
  return made;
}
