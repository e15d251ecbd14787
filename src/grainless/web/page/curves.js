// The losses of a training by epoch, as an SVG: training, validation, the best epoch. As evaluation/curves.py draws them.

const [WIDTH, HEIGHT] = [640, 308];
const PLOT = { left: 76, right: 624, top: 14, bottom: 256 };
const TO_LOG = 5; // losses that span more than this factor are drawn on a log axis

const svg = (kind, attributes = {}, words) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (words !== undefined) made.textContent = words;
  return made;
};

/** @param epochs {number, loss, validation}, null where there is no number. @param best one of them, or null. */
export function draw(epochs, best) {
  const values = epochs.flatMap(({ loss, validation }) => [loss, validation]).filter((value) => value !== null);
  const count = `${epochs.length} epoch${epochs.length === 1 ? "" : "s"}`;
  const label = best ? `Losses of ${count}; the best is epoch ${best.number}, ${best.validation}` : "Losses";
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
  if (!values.length) return picture;
  const y = vertical(Math.min(...values), Math.max(...values));
  const [first, last] = [epochs[0].number, Math.max(epochs.at(-1).number, epochs[0].number + 1)];
  const x = (number) => PLOT.left + ((number - first) / (last - first)) * (PLOT.right - PLOT.left);
  for (const tick of y.ticks) {
    picture.append(svg("line", { class: "grid", x1: PLOT.left, x2: PLOT.right, y1: y.at(tick), y2: y.at(tick) }));
    picture.append(svg("text", { x: PLOT.left - 8, y: y.at(tick) + 4, "text-anchor": "end" }, y.write(tick)));
  }
  for (const tick of whole(first, last)) picture.append(svg("text", { x: x(tick), y: PLOT.bottom + 20, "text-anchor": "middle" }, tick));
  picture.append(svg("text", { x: PLOT.left - 8, y: PLOT.bottom + 20, "text-anchor": "end" }, "epoch"));
  for (const [name, key] of [["train", "loss"], ["held", "validation"]]) {
    const points = epochs.map((epoch) => [x(epoch.number), epoch[key] === null ? null : y.at(epoch[key])]);
    picture.append(svg("path", { class: name, d: path(points) }));
    if (epochs.length < 40) for (const [cx, cy] of points) if (cy !== null) picture.append(svg("circle", { class: name, cx, cy, r: 2.5 }));
  }
  if (best) picture.append(svg("circle", { class: "best", cx: x(best.number), cy: y.at(best.validation), r: 7 }));
  picture.append(...legend(best));
  return picture;
}

function path(points) {
  let pen = "M";
  return points.map(([px, py]) => {
    if (py === null) {
      pen = "M";
      return "";
    }
    const step = `${pen}${px.toFixed(1)} ${py.toFixed(1)}`;
    pen = "L";
    return step;
  }).join("");
}

function legend(best) {
  const entries = [["train", "training"], ["held", "validation"], ...(best ? [["best", `best: epoch ${best.number}`]] : [])];
  return entries.flatMap(([name, words], at) => {
    const left = PLOT.left + 150 * at;
    const mark = name === "best"
      ? svg("circle", { class: name, cx: left + 9, cy: PLOT.bottom + 42, r: 6 })
      : svg("path", { class: name, d: `M${left} ${PLOT.bottom + 42}h18` });
    return [mark, svg("text", { x: left + 26, y: PLOT.bottom + 46 }, words)];
  });
}

/** The axis of losses: where a value lies, and round values on it. */
function vertical(least, most) {
  const log = least > 0 && most > TO_LOG * least;
  const to = log ? Math.log10 : (value) => value;
  const air = 0.05 * (to(most) - to(least) || Math.abs(to(most)) || 1);
  const [low, high] = [to(least) - air, to(most) + air];
  const at = (value) => PLOT.bottom - ((to(value) - low) / (high - low)) * (PLOT.bottom - PLOT.top);
  const ticks = log ? decades(low, high) : round(low, high);
  const places = log ? 0 : Math.max(0, ...ticks.map((tick) => String(tick).split(".")[1]?.length ?? 0));
  return { at, ticks, write: log ? String : (tick) => tick.toFixed(places) };
}

function decades(low, high) {
  const found = [];
  for (let power = Math.floor(low); power <= high; power++) {
    for (const digit of [1, 2, 5]) found.push(Number((digit * 10 ** power).toPrecision(1)));
  }
  return found.filter((value) => Math.log10(value) >= low && Math.log10(value) <= high);
}

function round(low, high) {
  const step = nice((high - low) / 6);
  const found = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) found.push(Number(tick.toPrecision(6)));
  return found;
}

function whole(first, last) {
  const step = Math.max(1, nice((last - first) / 8));
  const found = [];
  for (let tick = first === 1 && step > 1 ? step : first; tick <= last; tick += step) found.push(Math.round(tick));
  return found;
}

/** 1, 2 or 5 times a power of ten, next above. */
function nice(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].find((digit) => digit * power >= step * (1 - 1e-9)) * power;
}
