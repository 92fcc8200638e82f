// Shows the copy of a plan that is kept on this phone, also without a connection. It serves that page and nothing else.

const KEPT = { cacheName: "my-plan", ignoreVary: true };

async function shown(request) {
  return (await caches.match(request, KEPT)) ?? fetch(request);
}

addEventListener("install", () => { skipWaiting(); });
addEventListener("activate", (event) => { event.waitUntil(clients.claim()); });
addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(shown(event.request));
});
