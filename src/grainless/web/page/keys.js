// The keyboard: what each key does, while nothing is typed.

const MODES = { 1: "compare", 2: "after", 3: "removed" };
const ZOOMS = { "+": "in", "=": "in", "-": "out", 0: "fit" };
const STEP = 60; // pixels of the canvas
const MOVES = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

export function keys({ viewer, slider, setMode, zoom, download, step, cancel, help }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("select, input:not([type=range])")) return;
    const { key } = event;
    if (MODES[key]) setMode(MODES[key]);
    else if (ZOOMS[key]) zoom(ZOOMS[key]);
    else if (key === "s" || key === "S") download();
    else if (key === "[") step(-1);
    else if (key === "]") step(1);
    else if (key === "Escape") cancel();
    else if (key === "?") help();
    else if (MOVES[key] && event.target === viewer.canvas) viewer.pan(...MOVES[key]);
    else return;
    event.preventDefault();
  });
  among(document.querySelector('[role="radiogroup"]'));
  slider.addEventListener("keydown", (event) => {
    const far = { PageUp: 10, PageDown: -10 }[event.key];
    if (!far) return;
    slider.value = Number(slider.value) + far;
    slider.dispatchEvent(new Event("input"));
    event.preventDefault();
  });
}

/** Arrow keys go round a group of radio buttons. */
function among(group) {
  group.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!by) return;
    const all = [...group.querySelectorAll('[role="radio"]')];
    const next = all.at((all.indexOf(event.target) + by) % all.length);
    next.focus();
    next.click();
    event.preventDefault();
    event.stopPropagation();
  });
}
