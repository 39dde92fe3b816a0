// The handlers of each client's events.

// Events that a client may send per second on average, and at once.
const EVENTS_PER_SECOND = 100;
const EVENTS_AT_ONCE = 2_500;

// The longest id of a message, in bytes. The answer repeats it.
const MAX_ID = 64;

// Counts the events of one client. The function that it returns says whether the client may send another one now.
const limiter = () => {
  let left = EVENTS_AT_ONCE;
  let last = Date.now();
  return () => {
    const now = Date.now();
    left = Math.min(EVENTS_AT_ONCE, left + ((now - last) / 1_000) * EVENTS_PER_SECOND);
    last = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
};

// Runs before the handler of each event, and for events without a handler, too.
const limit = (socket) => {
  // `conn` is the session, which stays the same if a client leaves the namespace and comes back.
  socket.conn.mayGoOn ??= limiter();
  let refused = 0;
  socket.use((event, next) => {
    if (socket.conn.mayGoOn()) return next();
    refused += 1;
    const error = { error: 'too many events' };
    const callback = event.at(-1);
    if (typeof callback === 'function') callback(error);
    if (refused === 1) socket.emit('demasiados-eventos', error);
    if (refused > EVENTS_AT_ONCE) socket.disconnect();
  });
};

const socketController = (socket) => {
  console.log('client connected', socket.id);
  limit(socket);

  socket.on('disconnect', (reason) => {
    console.log('client disconnected', socket.id, reason);
  });

  socket.on('enviar-mensaje', (payload, callback) => {
    console.log('enviar-mensaje', payload);
    const { id } = payload;
    if (Buffer.byteLength(String(id)) > MAX_ID) {
      return callback({ error: `the id is longer than ${MAX_ID} bytes` });
    }
    callback({ id, processID: 999, date: Date.now() });
    // There's no `this.io` here, but the sender's socket can reach the others.
    socket.broadcast.emit('enviar-mensaje', payload);
  });
};

module.exports = { socketController };
