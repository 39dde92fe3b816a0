// The handlers of each client's events.

// The most characters in a name.
const MAX_NAME = 20;

// The names of everyone who is here, in alphabetical order.
const people = (io) => {
  const nombres = [...io.sockets.sockets.values()].map((socket) => socket.data.nombre);
  return nombres.filter((nombre) => nombre !== undefined).sort();
};

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

  socket.on('entrar', (payload, callback) => {
    const nombre = payload.nombre.trim();
    const error = refusal(nombre, socket, io);
    if (error) return callback({ error });
    socket.data.nombre = nombre;
    console.log('client entered', socket.id, nombre);
    callback({ ok: true });
    socket.emit('personas', people(io));
    announce(payload.vuelve ? 'vuelve' : 'entra');
  });

  socket.on('enviar-mensaje', (payload, callback) => {
    const { nombre } = socket.data;
    if (nombre === undefined) return callback({ error: 'enter first: you have no name' });
    const { mensaje, id, fecha } = payload;
    callback?.({ ok: true });
    socket.broadcast.emit('enviar-mensaje', { de: nombre, mensaje, id, fecha });
  });
};

module.exports = { socketController };
