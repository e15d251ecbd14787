// Pictures to try: free ones, with a camera's noise added; samples/samples.json says whose they are.

const base = new URL("samples/", import.meta.url);

export function offer(take, failed) {
  for (const button of document.querySelectorAll("#samples [data-sample]")) {
    const name = button.dataset.sample;
    button.addEventListener("click", async () => {
      const answer = await fetch(new URL(name, base)).catch(() => null);
      if (!answer?.ok) return failed(`The sample ${name} could not be loaded: is the page's host still there?`);
      take([new File([await answer.blob()], name, { type: "image/jpeg" })]);
    });
  }
}
