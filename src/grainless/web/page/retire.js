// The service worker where a server answers. A static site that was looked at under the same address has left one of its
// own, which would go on showing that site in the place of this page: this one takes its place, and goes.

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(gone()));

async function gone() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("grainless-")).map((name) => caches.delete(name)));
  await self.registration.unregister();
  for (const page of await self.clients.matchAll({ type: "window" })) page.navigate(page.url);
}
