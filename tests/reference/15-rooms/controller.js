// The handlers of each client's events.

// The most characters in a name.
const MAX_NAME = 20;

// The rooms that exist. A client can't open others.
const ROOMS = ['general', 'música', 'rust'];

// The names that belong to these sockets, in alphabetical order.
const names = (sockets) => {
  const nombres = sockets.map((socket) => socket.data.nombre);
  return nombres.filter((nombre) => nombre !== undefined).sort();
};

// The names of everyone who is here.
const people = (io) => names([...io.sockets.sockets.values()]);

// The sockets in a room.
const socketsIn = (io, room) => {
  const ids = io.sockets.adapter.rooms.get(room) ?? [];
  return [...ids].map((id) => io.sockets.sockets.get(id));
};

// The room of one person. The prefix keeps names apart from the rooms that clients join.
const person = (nombre) => `person:${nombre}`;

// A message as others get it: with the name of its sender.
const sign = (nombre, { mensaje, id, fecha }) => ({ de: nombre, mensaje, id, fecha });

// Tells everyone in a room who is in it.
const listMembers = (io, room) => io.to(room).emit('personas', names(socketsIn(io, room)), room);

// Why a client may not have a name; nothing if it may.
const refusal = (nombre, socket, io) => {
  if (nombre === '' || [...nombre].length > MAX_NAME || /\p{Cc}/u.test(nombre)) return 'a name has 1 to 20 characters';
  if (socket.data.nombre !== undefined) return 'you already have a name';
  if (people(io).includes(nombre)) return 'somebody has this name';
};

const socketController = (io) => (socket) => {
  console.log('client connected', socket.id);

  const announce = (tipo) => {
    socket.broadcast.emit('aviso', { tipo, nombre: socket.data.nombre });
    socket.broadcast.emit('personas', people(io));
  };

  socket.on('disconnect', (reason) => {
    console.log('client disconnected', socket.id, reason);
    if (socket.data.nombre !== undefined) announce('sale');
  });

  // When `disconnect` is emitted, the socket has already left its rooms.
  const leaveRooms = () => {
    for (const room of ROOMS.filter((room) => socket.rooms.has(room))) {
      socket.leave(room);
      listMembers(io, room);
    }
  };
  socket.on('disconnecting', leaveRooms);

  socket.on('entrar', (payload, callback) => {
    const nombre = payload.nombre.trim();
    const error = refusal(nombre, socket, io);
    if (error) return callback({ error });
    socket.data.nombre = nombre;
    socket.join(person(nombre));
    console.log('client entered', socket.id, nombre);
    callback({ ok: true });
    socket.emit('personas', people(io));
    announce(payload.vuelve ? 'vuelve' : 'entra');
  });

  socket.on('salas', (callback) => callback({ ok: true, salas: ROOMS }));

  // Why a client can't join or leave a room; nothing if it can.
  const noVisit = ({ sala }) => {
    if (socket.data.nombre === undefined) return 'enter first: you have no name';
    if (!ROOMS.includes(sala)) return 'there is no such room';
  };

  socket.on('unirse', (payload, callback) => {
    const error = noVisit(payload);
    if (error) return callback({ error });
    socket.join(payload.sala);
    callback({ ok: true });
    listMembers(io, payload.sala);
  });

  socket.on('salir', (payload, callback) => {
    const error = noVisit(payload);
    if (error) return callback({ error });
    socket.leave(payload.sala);
    callback({ ok: true });
    listMembers(io, payload.sala);
  });

  socket.on('enviar-mensaje', (payload, callback) => {
    const { nombre } = socket.data;
    const { sala } = payload;
    if (nombre === undefined) return callback({ error: 'enter first: you have no name' });
    if (sala !== undefined && !socket.rooms.has(sala)) return callback({ error: "you aren't in this room" });
    callback?.({ ok: true });
    const others = sala === undefined ? socket.broadcast : socket.to(sala);
    others.emit('enviar-mensaje', { ...sign(nombre, payload), sala });
  });

  socket.on('mensaje-privado', (payload, callback) => {
    const { nombre } = socket.data;
    if (nombre === undefined) return callback({ error: 'enter first: you have no name' });
    const reader = person(payload.para);
    if (socketsIn(io, reader).length === 0) return callback({ error: 'nobody here has this name' });
    callback?.({ ok: true });
    io.to(reader).emit('mensaje-privado', sign(nombre, payload));
  });
};

module.exports = { socketController };
