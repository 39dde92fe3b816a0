// With a socket: the page listens, and the server sends when there's something new.

const lblOnline = document.querySelector('#lblOnline');
const lblOffline = document.querySelector('#lblOffline');

// The requests that carry the socket. The browser lists them when they end.
new PerformanceObserver((list) => {
  const requests = list.getEntries().filter(({ name }) => name.includes('/socket.io/?'));
  count('Pushed', requests.length);
}).observe({ type: 'resource', buffered: true });

const socket = io();

// A WebSocket begins as a request that the browser doesn't list. It's the last one.
socket.io.on('open', () => {
  const { engine } = socket.io;
  if (engine.transport.name === 'websocket') count('Pushed', 1);
  else engine.once('upgrade', () => count('Pushed', 1));
});

socket.on('connect', () => {
  lblOffline.hidden = true;
  lblOnline.hidden = false;
});

socket.on('disconnect', () => {
  lblOnline.hidden = true;
  lblOffline.hidden = false;
});

socket.on('dato', (number) => add('Pushed', number));
