// The namespace `/admin`: live figures, and rooms to empty, for clients that know the token.
const { ROOMS, socketsIn } = require('./controller');
const { takeMessages } = require('./figures');
const { isLoggedIn } = require('./session');

// Lets a client in that knows the token, or has a cookie from somebody who did.
const authenticate = (token) => (socket, next) => {
  if (!token) return next(new Error('the server has no ADMIN_TOKEN'));
  if (isLoggedIn(socket.request) || socket.handshake.auth.token === token) return next();
  console.log('admin refused', socket.id);
  next(new Error('invalid token'));
};

const adminController = (io) => (socket) => {
  console.log('admin connected', socket.id);

  socket.on('vaciar', ({ sala }, callback) => {
    if (!ROOMS.includes(sala)) return callback({ error: 'there is no such room' });
    io.to(sala).emit('personas', [], sala);
    io.in(sala).socketsLeave(sala);
    callback({ ok: true });
  });
};

// Sends the figures to the admins, each second.
const sendFigures = (io) => {
  const each = () => {
    io.of('/admin').emit('cifras', {
      clientes: io.sockets.sockets.size,
      salas: Object.fromEntries(ROOMS.map((room) => [room, socketsIn(io, room).length])),
      mensajes: takeMessages(),
    });
  };
  // Doesn't keep the process running.
  setInterval(each, 1_000).unref();
};

module.exports = { adminController, authenticate, sendFigures };
