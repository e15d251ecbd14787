// Registers the service worker of the static site: offline use, and threads on hosts that send no headers for them.

const RELOADED = "grainless-reloaded";

/** Reloads the page once, if that brings threads and nothing is lost by it. */
export async function prepare(idle) {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(new URL("sw.js", import.meta.url));
    await navigator.serviceWorker.ready;
    if (self.crossOriginIsolated || sessionStorage.getItem(RELOADED) || !idle()) return;
    sessionStorage.setItem(RELOADED, "yes");
    location.reload();
  } catch {
    // without one the page works online, on one thread, and says so
  }
}
