// Pictures to try: free ones, with a camera's noise added; samples/samples.json says whose they are.

const base = new URL("samples/", import.meta.url);

export async function offer(take) {
  const answer = await fetch(new URL("samples.json", base)).catch(() => null);
  if (!answer?.ok) return;
  const { terms, samples } = await answer.json();
  document.getElementById("samples-terms").textContent = terms;
  document.querySelector("#samples ul").replaceChildren(...samples.map((sample) => entry(sample, take)));
}

function entry({ file, title, thumb }, take) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  const image = new Image(144, 96);
  image.src = new URL(thumb, base);
  image.alt = "";
  const words = document.createElement("span");
  words.textContent = title;
  button.append(image, words);
  button.addEventListener("click", async () => {
    const blob = await (await fetch(new URL(file, base))).blob();
    take([new File([blob], file, { type: "image/jpeg" })]);
  });
  item.append(button);
  return item;
}
