// How far a job is, asked of the server again and again.

const PAUSE = 400; // ms

/** @returns a function that ends it. */
export function follow(address, headers, progress) {
  let ended = false;
  const ask = async () => {
    if (ended) return;
    const answer = await fetch(address, { headers }).catch(() => null);
    if (answer?.ok && !ended) {
      const { stage, done, total } = await answer.json();
      if (stage === "waiting") progress({ words: "Waits for its turn at the server" });
      if (stage === "working") progress(total ? { done, total } : { words: "Denoising" });
    }
    setTimeout(ask, PAUSE);
  };
  setTimeout(ask, PAUSE);
  return () => {
    ended = true;
  };
}
