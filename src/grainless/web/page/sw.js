// The service worker of the static site: keeps what was loaded for use offline, and sets the headers that threads need
// (COOP and COEP) where a host does not. `grainless site` fills in the version and the files.

const VERSION = "$VERSION";
const SHELL = $SHELL;

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(SHELL)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(old().then(() => self.clients.claim()));
});

async function old() {
  const names = await caches.keys();
  const ours = names.filter((name) => name.startsWith("grainless-") && name !== VERSION);
  await Promise.all(ours.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(VERSION);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return withHeaders(kept);
  const fresh = await fetch(request);
  if (fresh.status === 200) await cache.put(request, fresh.clone()).catch(() => {}); // no room: it works online
  return withHeaders(fresh);
}

function withHeaders(response) {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
