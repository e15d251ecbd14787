// A training's report, followed while it goes on: asked for again and again, drawn where something changed.

import { draw } from "./curves.js";

const PAUSE = 2000; // ms
const byId = (id) => document.getElementById(id);
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const headers = token ? { Authorization: `Bearer ${token}` } : {};

async function ask(path) {
  const answer = await fetch(new URL(path, import.meta.url), { headers });
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  throw new Error(told?.error ?? `The server answered ${answer.status}.`);
}

async function follow() {
  try {
    if (!document.hidden) show(await (await ask("api/run")).json());
  } catch (error) {
    tell(error instanceof TypeError ? "The server does not answer: is it still running?" : error.message);
  }
  setTimeout(follow, PAUSE);
}

let drawn = "";

function show(run) {
  tell(sentence(run));
  const now = JSON.stringify({ ...run, silent: 0 });
  if (now === drawn) return;
  drawn = now;
  byId("name").replaceChildren(...broken(run.name));
  document.title = `${run.name} · Grainless`;
  const bar = byId("epochs");
  bar.hidden = !run.planned || run.standing === "finished";
  if (run.planned) bar.value = trained(run.epochs) / run.planned;
  byId("facts").replaceChildren(...facts(run));
  byId("losses").hidden = !run.epochs.length;
  if (run.epochs.length) {
    byId("curve").replaceChildren(draw(run.epochs, run.best));
    table(byId("history"), ["epoch", "training", "validation", "rate", "seconds"], run.epochs.map(row).reverse());
  }
  scores(run.scores);
  byId("open-report").hidden = !run.report;
  byId("recipe").hidden = false;
  byId("recipe").querySelector("pre").textContent = run.recipe;
}

function tell(words) {
  if (byId("standing").textContent !== words) byId("standing").textContent = words; // else it is read out each time
}

/** A name that may break behind its commas: a study's run is called by its recipe and what was changed in it. */
const broken = (name) => name.split(/(?<=,)/).flatMap((part) => [part, document.createElement("wbr")]);

/** How many epochs are over; where it began with a trained network, that one's losses stand first, as epoch 0. */
const trained = (epochs) => epochs.filter(({ number }) => number > 0).length;

/** How it stands, in a sentence or two. */
function sentence({ standing, planned, epochs, silent }) {
  const done = trained(epochs);
  const total = epochs.reduce((sum, { seconds }) => sum + seconds, 0);
  if (standing === "finished") return `It is over: ${done} ${done === 1 ? "epoch" : "epochs"} in ${long(total)} of training.`;
  const of = planned ? ` of ${planned}` : "";
  if (standing === "silent") return `It wrote nothing for ${long(silent)}: it seems to have stopped after epoch ${done}${of}. grainless train --resume goes on with it.`;
  if (!done) return `Epoch 1${of} is under way.`;
  if (planned && done >= planned) return "All epochs are over; the best weights are being judged.";
  const left = planned ? ` About ${long(((planned - done) * total) / done)} are left.` : "";
  return `Epoch ${done + 1}${of} is under way.${left}`;
}

function facts({ epochs, best, standing }) {
  if (!epochs.length) return [];
  const last = epochs.at(-1);
  const told = {
    "best epoch": best ? String(best.number) : "none",
    "its validation loss": short(best?.validation),
    "last validation loss": short(last.validation),
    ...(last.number && { "images a second": Math.round(last.images / last.seconds).toLocaleString("en") }),
    ...(last.number && standing !== "finished" && { "learning rate": short(last.rate) }),
  };
  return Object.entries(told).map(([name, value]) => {
    const group = document.createElement("div");
    for (const [kind, words] of [["dt", name], ["dd", value]]) group.append(element(kind, words));
    return group;
  });
}

function row({ number, loss, validation, rate, seconds, best }) {
  return [`${number}${best ? " ●" : ""}`, short(loss), short(validation), short(rate), seconds.toFixed(1)];
}

function scores(known) {
  const names = Object.keys(known);
  byId("scores").hidden = !names.length;
  if (!names.length) return;
  const metrics = Object.keys(known[names[0]]);
  const columns = metrics.map((metric) => alike(names.map((name) => known[name][metric])));
  const rows = names.map((name, at) => [name, ...columns.map((column) => column[at])]);
  table(byId("scores").querySelector("table"), ["images", ...metrics.map((metric) => metric.toUpperCase())], rows);
}

function table(place, head, rows) {
  const top = document.createElement("tr");
  top.append(...head.map((word) => element("th", word)));
  const lines = rows.map(([first, ...cells]) => {
    const line = document.createElement("tr");
    const name = element("th", first);
    name.scope = "row";
    line.append(name, ...cells.map((cell) => element("td", cell)));
    return line;
  });
  place.replaceChildren(top, ...lines);
}

function element(kind, words) {
  const made = document.createElement(kind);
  made.textContent = words;
  return made;
}

const short = (value) => (value === null || value === undefined ? "no number" : String(Number(value.toPrecision(4))));

/** Numbers of a column, with as many decimals as the one of four digits that has most. */
function alike(values) {
  const places = Math.max(0, ...values.map((value) => short(value).split(".")[1]?.length ?? 0));
  return values.map((value) => (Number.isFinite(value) ? value.toFixed(places) : short(value)));
}

/** Seconds as people say them. */
function long(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** The report stands alone and has its own policy; behind a token it comes as a file, as a link cannot show the token. */
async function report() {
  if (!token) return void location.assign(new URL("api/run/report", import.meta.url));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await (await ask("api/run/report")).blob());
  link.download = `${byId("name").textContent}.html`;
  link.click();
}

byId("home").href = `./${location.hash}`;
byId("open-report").addEventListener("click", () => report().catch((error) => tell(error.message)));
follow();
