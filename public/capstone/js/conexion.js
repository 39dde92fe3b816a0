// What the three pages share: the connection, and how they show the queue.

const lblOnline = document.querySelector('#lblOnline');
const lblOffline = document.querySelector('#lblOffline');
const lblPendientes = document.querySelector('#lblPendientes');
const lblNadie = document.querySelector('#lblNadie');

// With `?wire` in its address, a page shows every frame that crosses.
if (new URLSearchParams(location.search).has('wire')) {
  document.body.classList.add('container');
  const script = document.createElement('script');
  script.src = '/shared/wire-tap.js';
  await new Promise((resolve) => {
    script.addEventListener('load', resolve);
    script.addEventListener('error', resolve);
    document.head.append(script);
  });
}

// The client repeats a request until it's answered. That does no harm, since each request has an id.
export const socket = io({ ackTimeout: 2_000, retries: 3 });

socket.on('connect', () => {
  lblOffline.hidden = true;
  lblOnline.hidden = false;
});

socket.on('disconnect', () => {
  lblOnline.hidden = true;
  lblOffline.hidden = false;
});

socket.on('cola', ({ pendientes, ultimos }) => {
  lblPendientes.textContent = `${personas(pendientes)} waiting.`;
  lblNadie.hidden = ultimos.length > 0;
});

export function personas(number) {
  if (number === 0) return 'Nobody is';
  return number === 1 ? '1 person is' : `${number} people are`;
}

/** Sends a request, and resolves to the ticket in its answer. The server's reason not to is an error. */
export function pedir(event, payload) {
  return new Promise((resolve, reject) => {
    socket.emit(event, payload, (timeout, answer) => {
      if (timeout) reject(new Error("The server doesn't answer. Try again.", { cause: 'timeout' }));
      else if (answer.error) reject(new Error(answer.error));
      else resolve(answer.ticket);
    });
  });
}

/** An id that nobody else has. `crypto.randomUUID` is missing here: a phone in your network has no HTTPS. */
export function nuevoId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Lists calls. Those that are new get a class. */
export function listar(list, calls, isNew = () => false) {
  const items = calls.map((call) => {
    const item = document.createElement('li');
    const number = document.createElement('b');
    number.textContent = call.numero;
    const desk = document.createElement('span');
    desk.dir = 'auto';
    desk.textContent = call.escritorio;
    item.append(number, desk);
    item.classList.toggle('nuevo', isNew(call));
    return item;
  });
  list.replaceChildren(...items);
}
