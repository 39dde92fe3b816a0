// Exercise `fixed_notice`: the others hear that there's something new, but not what.
const http = require('node:http');

const socketio = require('socket.io');

const server = http.createServer();
const io = socketio(server);

io.on('connection', (socket) => {
  socket.on('enviar-mensaje', (payload, callback) => {
    const { id } = payload;
    callback({ id, processID: 999, date: Date.now() });
    socket.broadcast.emit('enviar-mensaje', 'Se ha enviado un nuevo archivo!');
  });
});

server.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
