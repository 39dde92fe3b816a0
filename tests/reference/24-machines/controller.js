// The handlers of each client's events.
const { roomOf } = require('./admission');

// The rooms that exist. A client can't open others.
const ROOMS = ['general', 'música', 'rust'];

// The names that belong to these sockets, in alphabetical order. Somebody who moves to another node is at both for a
// moment.
const names = async (sockets) => {
  const there = await sockets.fetchSockets();
  return [...new Set(there.map((socket) => socket.data.nombre))].sort();
};

// The names of everyone who is here, at any node.
const people = (io) => names(io);

// A message as others get it: with the name of its sender.
const sign = (nombre, { mensaje, id, fecha }) => ({ de: nombre, mensaje, id, fecha });

// Whether a payload has everything that a row needs.
const fits = ({ mensaje, id, fecha }) =>
  typeof mensaje === 'string' && typeof id === 'string' && Number.isInteger(fecha);

// Tells everyone in a room who is in it.
const listMembers = async (io, room) => {
  io.to(room).emit('personas', await names(io.in(room)), room);
};

const socketController = (io, history) => async (socket) => {
  const { nombre, vuelve } = socket.data;

  const announce = (tipo, there) => {
    socket.broadcast.emit('aviso', { tipo, nombre });
    socket.broadcast.emit('personas', there);
  };

  socket.on('disconnect', async (reason) => {
    console.log('client disconnected', socket.id, reason);
    const there = await people(io);
    // If the same person is here on a new connection, nobody has left.
    if (!there.includes(nombre)) announce('sale', there);
  });

  // When `disconnect` is emitted, the socket has already left its rooms.
  const leaveRooms = () => {
    for (const room of ROOMS.filter((room) => socket.rooms.has(room))) {
      socket.leave(room);
      listMembers(io, room);
    }
  };
  socket.on('disconnecting', leaveRooms);

  // Logs each event before its handler runs.
  socket.use(([event], next) => {
    console.log('event', nombre, event);
    next();
  });

  socket.on('salas', (callback) => callback({ ok: true, salas: ROOMS }));

  socket.on('unirse', (payload, callback) => {
    if (!ROOMS.includes(payload.sala)) return callback({ error: 'there is no such room' });
    socket.join(payload.sala);
    callback({ ok: true });
    listMembers(io, payload.sala);
  });

  socket.on('salir', (payload, callback) => {
    if (!ROOMS.includes(payload.sala)) return callback({ error: 'there is no such room' });
    socket.leave(payload.sala);
    callback({ ok: true });
    listMembers(io, payload.sala);
  });

  socket.on('enviar-mensaje', (payload, callback) => {
    const { sala } = payload;
    // An error is an answer, too: it wouldn't help to send this message again.
    if (!fits(payload)) return callback?.({ error: 'the payload does not fit' });
    if (sala === undefined) return history.store(sign(nombre, payload), callback);
    if (!socket.rooms.has(sala)) return callback({ error: "you aren't in this room" });
    callback?.({ ok: true });
    socket.to(sala).emit('enviar-mensaje', { ...sign(nombre, payload), sala });
  });

  socket.on('mensaje-privado', async (payload, callback) => {
    const { para } = payload;
    if (!(await people(io)).includes(para)) return callback({ error: 'nobody here has this name' });
    callback?.({ ok: true });
    io.to(roomOf(para)).emit('mensaje-privado', sign(nombre, payload));
  });

  // The same person on a new connection. The old one may have broken without a word.
  for (const other of await io.in(roomOf(nombre)).fetchSockets()) {
    if (other.id !== socket.id) other.disconnect();
  }
  const there = await people(io);
  announce(vuelve ? 'vuelve' : 'entra', there);
  socket.emit('personas', there);
  // It may be gone by now.
  if (socket.connected) history.replay(socket, socket.handshake.auth.desde);
};

module.exports = { socketController };
