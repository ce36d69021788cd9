// Keeps the site for the next visit, also without a network.
// @ts-check
if ('serviceWorker' in navigator && location.protocol !== 'file:') {
  navigator.serviceWorker.register(new URL('sw.js', import.meta.url)).catch(() => {
    // A server without a secure connection: the site works, but only online.
  });
}
