// The handlers of each client's events.
const { roomOf } = require('./admission');

// The rooms that exist. A client can't open others.
const ROOMS = ['general', 'música', 'rust'];

// The names that belong to these sockets, in alphabetical order.
const names = (sockets) => sockets.map((socket) => socket.data.nombre).sort();

// The names of everyone who is here.
const people = (io) => names([...io.sockets.sockets.values()]);

// The sockets in a room.
const socketsIn = (io, room) => {
  const ids = io.sockets.adapter.rooms.get(room) ?? [];
  return [...ids].map((id) => io.sockets.sockets.get(id));
};

// A message as others get it: with the name of its sender.
const sign = (nombre, { mensaje, id, fecha }) => ({ de: nombre, mensaje, id, fecha });

// Whether a payload has everything that a row needs.
const fits = ({ mensaje, id, fecha }) =>
  typeof mensaje === 'string' && typeof id === 'string' && Number.isInteger(fecha);

// Tells everyone in a room who is in it.
const listMembers = (io, room) => io.to(room).emit('personas', names(socketsIn(io, room)), room);

const socketController = (io, history) => (socket) => {
  const announce = (tipo) => {
    socket.broadcast.emit('aviso', { tipo, nombre: socket.data.nombre });
    socket.broadcast.emit('personas', people(io));
  };

  socket.on('disconnect', (reason) => {
    console.log('client disconnected', socket.id, reason);
    // If the same person is here on a new connection, nobody has left.
    if (!socket.data.replaced) announce('sale');
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
    console.log('event', socket.data.nombre, event);
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
    const { nombre } = socket.data;
    const { sala } = payload;
    // An error is an answer, too: it wouldn't help to send this message again.
    if (!fits(payload)) return callback?.({ error: 'the payload does not fit' });
    if (sala === undefined) return history.store(sign(nombre, payload), callback);
    if (!socket.rooms.has(sala)) return callback({ error: "you aren't in this room" });
    callback?.({ ok: true });
    socket.to(sala).emit('enviar-mensaje', { ...sign(nombre, payload), sala });
  });

  socket.on('mensaje-privado', (payload, callback) => {
    const { nombre } = socket.data;
    const reader = roomOf(payload.para);
    if (socketsIn(io, reader).length === 0) return callback({ error: 'nobody here has this name' });
    callback?.({ ok: true });
    io.to(reader).emit('mensaje-privado', sign(nombre, payload));
  });

  socket.emit('personas', people(io));
  history.replay(socket, socket.handshake.auth.desde);
  announce(socket.data.vuelve ? 'vuelve' : 'entra');
};

module.exports = { socketController };
