// Stands between the cabinet and the network. Keeps what the offline pages are drawn with, and the card that
// offline.js's neighbour app.js has stored; never a page of the ledger. The addresses above come from the server.
const SHELL_CACHE = "shell-1";
const CARD_CACHE = "card";

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(SHELL_CACHE);
    await cache.addAll(SHELL.map((address) => new Request(address, { cache: "reload" })));
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const offlinePage = async () => (await caches.match(CARD)) ?? (await caches.match(NO_INTERNET)) ?? Response.error();

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin || url.pathname.startsWith(STAFF)) return;
  if (ENDS.includes(url.pathname)) event.waitUntil(caches.delete(CARD_CACHE));
  if (request.method !== "GET") return;
  // The network first: what is kept is for its absence only, so nothing is ever shown old without need.
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(offlinePage));
  } else if (SHELL.includes(url.pathname)) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request)) ?? Response.error()));
  }
});
