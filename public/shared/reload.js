// With `?reload=PORT`, as in the address that `just watch` prints, this connects to that port. The connection is closed when
// a file has changed.
(() => {
  'use strict';

  const port = new URLSearchParams(location.search).get('reload');
  if (!port) return;

  const watcher = new WebSocket(`ws://127.0.0.1:${port}`);
  watcher.addEventListener('open', () => {
    watcher.addEventListener('close', ({ wasClean }) => {
      // Not clean: the watcher itself has exited, so there's nothing to reload.
      if (wasClean) location.reload();
    });
  });
})();
