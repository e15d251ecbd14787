// The page: pictures come in, the engine works, a person looks and takes the result.

import { named, save, zipped } from "./download.js";
import { engine } from "./engine.js";
import { listen } from "./intake.js";
import { keys } from "./keys.js";
import { Panel } from "./panel.js";
import { Queue } from "./queue.js";
import { offer } from "./samples.js";
import { Strip } from "./strip.js";
import { Viewer } from "./viewer.js";

const byId = (id) => document.getElementById(id);
const stage = byId("stage");
const slider = document.querySelector("#split input");

let selected = null;
let shown = null; // which picture, and in which state, the viewer has

const viewer = new Viewer(stage, () => {
  byId("zoom").value = `${Math.round(100 * viewer.zoom)} %`;
});
const queue = new Queue(engine, changed);
const strip = new Strip(byId("strip"), { select, remove });
let panel = null;

function take(files) {
  if (!files.length) return say("No pictures were found there.");
  const added = queue.add(files);
  for (const picture of added) strip.add(picture);
  tally();
  say(added.length === 1 ? `${added[0].name} was added.` : `${added.length} pictures were added.`);
  select(added[0]);
  render();
}

function select(picture) {
  const last = selected;
  selected = picture;
  for (const each of [last, picture]) if (each) strip.update(each, each === picture);
  shown = null;
  viewer.clear();
  render();
}

function remove(picture) {
  const at = queue.pictures.indexOf(picture);
  queue.remove(picture);
  strip.remove(picture);
  tally();
  if (picture === selected) {
    const next = queue.pictures[Math.min(at, queue.pictures.length - 1)] ?? null;
    selected = null;
    if (next) select(next);
  }
  render();
}

function changed(picture) {
  strip.update(picture, picture === selected);
  if (picture === selected) render();
  if (picture.state === "done") say(`${picture.name} is done. ${picture.outcome.report.join(" ")}`);
  if (picture.state === "failed") say(`${picture.name} failed: ${picture.fault}`);
  tally();
}

/** How far all of them are. */
function tally() {
  const all = queue.pictures.length;
  const [done, failed] = ["done", "failed"].map((state) => queue.pictures.filter((each) => each.state === state).length);
  byId("download-all").hidden = done < 2;
  byId("tally").hidden = all < 2;
  byId("tally").textContent = `${done} of ${all} done${failed ? `, ${failed} failed` : ""}`;
}

/** The page as the selected picture is. */
function render() {
  turn(selected ? "work" : "empty");
  if (!selected) return;
  const done = selected.state === "done";
  panel?.show(selected);
  progress(selected);
  byId("fault").hidden = !["failed", "cancelled"].includes(selected.state);
  byId("fault").firstElementChild.textContent = selected.state === "cancelled" ? "Stopped." : selected.fault;
  byId("split").hidden = !done || viewer.settings.mode !== "compare";
  if (done) stage.dataset.mode = viewer.settings.mode;
  else delete stage.dataset.mode;
  stage.querySelector("canvas").setAttribute("aria-label", `${selected.name}, ${done ? "before and after" : "as it is"}`);
  look(selected);
}

/** From the welcome to the work, and back; the button that was pressed goes, so the focus is given to what comes. */
function turn(state) {
  const other = document.body.dataset.state !== state;
  document.body.dataset.state = state;
  byId("work").hidden = state === "empty";
  if (!other) return;
  const next = state === "work" ? stage.querySelector("canvas") : document.querySelector("[data-pick=files]");
  next.focus({ preventScroll: true });
}

/** Bring the pixels of the selected picture to the viewer, once for each of its states. */
async function look(picture) {
  const outcome = picture.state === "done" ? picture.outcome : null;
  if (shown?.picture === picture && shown.outcome === outcome) return;
  shown = { picture, outcome };
  const own = shown;
  try {
    const { before, after } = await engine.pixels(picture.file, outcome);
    if (shown !== own) return;
    viewer.set(picture.settings);
    viewer.show(before, after);
    strip.picture(picture, after ?? before);
  } catch (error) {
    if (shown === own && picture.state === "done") {
      picture.fault = error.message;
      queue.settle(picture, "failed");
    } // else the work on it tells the same
  }
}

function progress(picture) {
  const box = byId("progress");
  box.hidden = !["working", "waiting"].includes(picture.state);
  if (box.hidden) return;
  const { done, total, words } = picture.progress ?? {};
  const bar = box.querySelector("progress");
  if (total > 1) bar.value = done / total;
  else bar.removeAttribute("value");
  byId("progress-words").textContent = picture.state === "waiting" ? "Waits for its turn" : working({ done, total, words }, picture);
}

function working({ done, total, words }, picture) {
  if (!total) return words ?? "Reading";
  if (total === 1) return "Denoising";
  const left = done && ((performance.now() - picture.started) / done) * (total - done) / 1000;
  return `Denoising: tile ${Math.min(done + 1, total)} of ${total}${left > 3 ? `, about ${Math.ceil(left)} s left` : ""}`;
}

function setMode(mode) {
  viewer.set({ mode });
  for (const button of document.querySelectorAll("[data-mode][role]")) {
    const chosen = button.dataset.mode === mode;
    button.setAttribute("aria-checked", chosen);
    button.tabIndex = chosen ? 0 : -1;
  }
  if (selected) render();
}

function zoom(how) {
  if (how === "fit") return viewer.fit();
  viewer.zoomTo(how === "actual" ? 1 : viewer.zoom * (how === "in" ? Math.SQRT2 : Math.SQRT1_2));
}

function setSplit(percent) {
  slider.value = percent;
  slider.setAttribute("aria-valuetext", `${Math.round(percent)} % before`);
  document.querySelector("#split .line").style.left = `${percent}%`;
  viewer.set({ split: percent / 100 });
}

async function result(picture) {
  const blob = await engine.encode(picture.file, picture.outcome, picture.settings);
  return { blob, name: named(picture.name, blob.type) };
}

async function download() {
  if (selected?.state !== "done" || byId("download").disabled) return;
  await busy(byId("download"), async () => {
    const { blob, name } = await result(selected);
    save(blob, name);
    say(`${name} was written.`);
  });
}

async function downloadAll() {
  async function* results() {
    for (const picture of queue.pictures.filter(({ state }) => state === "done")) yield result(picture);
  }
  await busy(byId("download-all"), async () => save(await zipped(results()), "denoised.zip"));
}

/** Work behind a button, which says so; a fault is told, and the page goes on. */
async function busy(button, work) {
  const words = button.textContent;
  button.disabled = true;
  button.textContent = "Writing …";
  try {
    await work();
  } catch (error) {
    byId("fault").hidden = false;
    byId("fault").firstElementChild.textContent = error.message;
  } finally {
    button.textContent = words;
    button.disabled = false;
  }
}

function say(words) {
  byId("status").textContent = words;
}

function wire() {
  document.querySelectorAll("[data-mode][role]").forEach((button) => button.addEventListener("click", () => setMode(button.dataset.mode)));
  document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => zoom(button.dataset.zoom)));
  slider.addEventListener("input", () => setSplit(Number(slider.value)));
  drag(document.querySelector("#split .knob"));
  byId("cancel").addEventListener("click", () => queue.cancel(selected));
  byId("again").addEventListener("click", () => queue.again(selected));
  byId("download").addEventListener("click", download);
  byId("download-all").addEventListener("click", downloadAll);
  byId("dismiss").addEventListener("click", () => remove(selected));
  const help = () => byId("keys").showModal();
  document.querySelectorAll("[data-keys]").forEach((button) => button.addEventListener("click", help));
  const step = (by) => select(queue.pictures.at((queue.pictures.indexOf(selected) + by) % queue.pictures.length));
  keys({ viewer, slider, setMode, zoom, download, step, cancel: () => selected && queue.cancel(selected), help });
}

/** The knob follows the pointer; keys go to the range under it. */
function drag(knob) {
  const move = (event) => {
    const { left, width } = stage.getBoundingClientRect();
    setSplit(Math.max(0, Math.min(100, (100 * (event.clientX - left)) / width)));
  };
  knob.addEventListener("pointerdown", (event) => {
    knob.setPointerCapture(event.pointerId);
    knob.addEventListener("pointermove", move);
    slider.focus({ preventScroll: true, focusVisible: false });
    event.preventDefault();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    knob.addEventListener(end, () => knob.removeEventListener("pointermove", move));
  }
}

/** A page that stands beside this one. */
function beside({ words, href }) {
  const link = document.createElement("a");
  link.href = href;
  link.textContent = words;
  byId("beside").replaceChildren(link);
  byId("beside").hidden = false;
}

async function begin() {
  byId("promise").textContent = engine.promise;
  byId("about").textContent = engine.about;
  byId("programs").hidden = !engine.programs;
  byId("programs").href = engine.programs ?? "";
  wire();
  setSplit(50);
  setMode("compare");
  listen(take, engine.accept);
  offer(take, (words) => {
    byId("promise").textContent = words;
  });
  performance.mark("ready"); // from here on pictures can be given
  engine.prepare?.(() => !queue.pictures.length);
  try {
    const [where, models, link] = await Promise.all([engine.where(), engine.models(), engine.link?.()]);
    byId("where").textContent = where;
    if (link) beside(link);
    panel = new Panel(models, {
      model(model) {
        selected.settings.model = model;
        if (queue.current === selected) queue.cancel(selected);
        else queue.again(selected);
      },
      blend(blend) {
        Object.assign(selected.settings, blend);
        viewer.set(blend);
      },
    });
  } catch (error) {
    byId("promise").textContent = error.message;
  }
  if (selected) render();
}

begin();
