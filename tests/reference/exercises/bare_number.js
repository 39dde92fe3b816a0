// Exercise `bare_number`: the answer is a number.
const http = require('node:http');

const socketio = require('socket.io');

const server = http.createServer();
const io = socketio(server);

io.on('connection', (socket) => {
  socket.on('enviar-mensaje', (payload, callback) => {
    callback(12345);
  });
});

server.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
