// Exercise `respuesta`: the server answers only the sender, with a separate event.
const http = require('node:http');

const socketio = require('socket.io');

const server = http.createServer();
const io = socketio(server);

io.on('connection', (socket) => {
  socket.on('mensaje', (text) => {
    socket.emit('respuesta', `Hola, recibí tu mensaje: ${text}`);
  });
});

server.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
