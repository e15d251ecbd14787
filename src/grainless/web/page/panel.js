// The panel beside the picture: what was found, model, strength, chroma.

const byId = (id) => document.getElementById(id);
const SAID = 12; // so many remarks are shown: a stack may have one for each of a hundred pages

export class Panel {
  /** @param hands {model, blend}: told of a new model, of new strength and chroma. */
  constructor(models, hands) {
    this.models = models;
    byId("model").replaceChildren(...models.map(({ name, label }) => new Option(label, name)));
    byId("model").addEventListener("change", () => {
      this.aboutModel();
      hands.model(byId("model").value);
    });
    for (const id of ["strength", "chroma"]) {
      byId(id).addEventListener("input", () => {
        this.tellSliders();
        hands.blend(this.blend);
      });
    }
    byId("settings").addEventListener("submit", (event) => event.preventDefault());
    this.aboutModel();
  }

  get model() {
    return byId("model").value;
  }

  get blend() {
    return { strength: byId("strength").value / 100, chroma: byId("chroma").value / 100 };
  }

  aboutModel() {
    const about = this.models.find(({ name }) => name === this.model)?.about ?? "";
    byId("model-about").textContent = about.charAt(0).toUpperCase() + about.slice(1);
  }

  tellSliders() {
    for (const id of ["strength", "chroma"]) byId(`${id}-told`).value = `${byId(id).value} %`;
  }

  /** Show what is known about a picture. */
  show(picture) {
    const { outcome, settings } = picture;
    byId("about-name").textContent = picture.name;
    byId("facts").textContent = outcome ? facts(outcome) : size(picture.file);
    byId("report").replaceChildren(...(outcome ? lines(outcome) : []));
    byId("model").value = settings.model ?? this.models[0].name;
    byId("strength").value = 100 * settings.strength;
    byId("chroma").value = 100 * settings.chroma;
    byId("chroma-row").hidden = outcome?.colour === false;
    byId("download").disabled = picture.state !== "done";
    this.aboutModel();
    this.tellSliders();
  }
}

function lines({ report, warnings }) {
  const line = (words, kind) => {
    const item = document.createElement("li");
    item.textContent = words;
    if (kind) item.className = kind;
    return item;
  };
  const more = report.length - SAID;
  return [
    ...report.slice(0, SAID).map((words) => line(words)),
    ...(more > 0 ? [line(`And ${more} remarks more, on other pages.`)] : []),
    ...warnings.map((words) => line(words, "warning")),
  ];
}

function facts({ width, height, channels, depth }) {
  return `${width} × ${height}, ${channels === 1 ? "grey" : "colour"}, ${depth} bits`;
}

function size({ size: bytes }) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
