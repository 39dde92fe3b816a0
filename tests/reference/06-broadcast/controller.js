// What the server does for each client: the handlers of its events.

const socketController = (socket) => {
  console.log('client connected', socket.id);

  socket.on('disconnect', (reason) => {
    console.log('client disconnected', socket.id, reason);
  });

  socket.on('enviar-mensaje', (payload, callback) => {
    console.log('enviar-mensaje', payload);
    const { id } = payload;
    callback({ id, processID: 999, date: Date.now() });
    // There is no `this.io` here, but the sender's socket knows who the others are.
    socket.broadcast.emit('enviar-mensaje', payload);
  });
};

module.exports = { socketController };
