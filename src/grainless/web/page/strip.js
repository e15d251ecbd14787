// The pictures as a strip of small ones: which is looked at, and how far each is.

const SIDE = 144; // pixels of a small picture, at most
const WORDS = { waiting: "waits", working: "…", done: "", cancelled: "stopped", failed: "!" };
const SPOKEN = { waiting: "waiting", working: "in work", done: "done", cancelled: "cancelled", failed: "failed" };

export class Strip {
  constructor(nav, { select, remove }) {
    this.nav = nav;
    this.list = nav.querySelector("ul");
    this.hands = { select, remove };
    this.entries = new Map();
  }

  add(picture) {
    const entry = document.createElement("li");
    const open = button("", () => this.hands.select(picture));
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
  }

  /** A small picture, of what is shown in the large. */
  async picture(picture, image) {
    const shown = this.entries.get(picture.id);
    if (!shown || shown.open.firstElementChild) return;
    const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    const small = await createImageBitmap(new ImageData(image.data, image.width, image.height), {
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
    if (current) shown.open.setAttribute("aria-current", "true");
    else shown.open.removeAttribute("aria-current");
  }

  remove(picture) {
    this.entries.get(picture.id)?.entry.remove();
    this.entries.delete(picture.id);
  }
}

function button(words, pressed) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", pressed);
  return made;
}
