// The service worker of the site. The build writes VERSION and FILES.
/* global VERSION, FILES */
'use strict';

const NAME = `pagewalk-${VERSION}`;

self.addEventListener('install', (event) => {
  const keep = async () => {
    const cache = await caches.open(NAME);
    // Past the browser's own cache, which may still have the files of the version before.
    await cache.addAll(FILES.map((path) => new Request(path, { cache: 'reload' })));
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    const earlier = (await caches.keys()).filter((name) => name.startsWith('pagewalk-') && name !== NAME);
    await Promise.all(earlier.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  const answer = async () => {
    const cache = await caches.open(NAME);
    // A folder is its index, as servers answer.
    const path = url.pathname.endsWith('/') ? `${url.pathname}index.html` : url.pathname;
    return (await cache.match(path)) ?? fetch(request);
  };
  event.respondWith(answer());
});
