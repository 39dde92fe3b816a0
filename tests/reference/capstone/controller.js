// The handlers of each client's events.

// The most characters in the id of a request, and in the name of a desk.
const MAX_ID = 64;
const MAX_DESK = 20;

const isText = (value, most) => typeof value === 'string' && value !== '' && [...value].length <= most;

const isId = (value) => isText(value, MAX_ID);

const isDesk = (value) => isText(value, MAX_DESK) && !/\p{Cc}/u.test(value);

const socketController = (io, tickets) => (socket) => {
  console.log('client connected', socket.id);

  socket.on('disconnect', (reason) => {
    console.log('client disconnected', socket.id, reason);
  });

  // Answers a request with what `handle` returns, once it's stored. Then everyone sees the queue.
  const on = (event, handle) => {
    socket.on(event, (...received) => {
      const callback = received.pop();
      if (typeof callback !== 'function') return;
      const answer = handle(received[0] ?? {});
      console.log(event, received[0], answer);
      callback(answer);
      if (answer.ok) io.emit('cola', tickets.queue());
    });
  };

  on('pedir-ticket', ({ id }) => {
    if (!isId(id)) return { error: `an id has 1 to ${MAX_ID} characters` };
    return { ok: true, ticket: tickets.take(id) };
  });

  on('atender', ({ escritorio, id }) => {
    if (!isId(id)) return { error: `an id has 1 to ${MAX_ID} characters` };
    const desk = typeof escritorio === 'string' ? escritorio.trim() : '';
    if (!isDesk(desk)) return { error: `a desk's name has 1 to ${MAX_DESK} characters` };
    const ticket = tickets.call(desk, id);
    return ticket ? { ok: true, ticket } : { error: 'nobody is waiting' };
  });

  socket.emit('cola', tickets.queue());
};

module.exports = { socketController };
