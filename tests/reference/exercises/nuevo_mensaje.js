// Exercise `nuevo_mensaje`: a chat, in which everyone gets every message.
const http = require('node:http');

const socketio = require('socket.io');

const server = http.createServer();
const io = socketio(server);

io.on('connection', (socket) => {
  socket.on('nuevo mensaje', (text) => {
    io.emit('nuevo mensaje', text);
  });
});

server.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
