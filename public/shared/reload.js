// With `?reload=PORT`, as `just watch` prints the address, this waits at that port. The connection is closed when a file has
// changed.
(() => {
  'use strict';

  const port = new URLSearchParams(location.search).get('reload');
  if (!port) return;

  const watcher = new WebSocket(`ws://127.0.0.1:${port}`);
  watcher.addEventListener('open', () => {
    watcher.addEventListener('close', ({ wasClean }) => {
      // Not clean: the watcher itself has ended, and there is nothing to come back to.
      if (wasClean) location.reload();
    });
  });
})();
