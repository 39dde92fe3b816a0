// The handlers of each client's events.

const socketController = (socket) => {
  console.log('client connected', socket.id);

  socket.on('disconnect', (reason) => {
    console.log('client disconnected', socket.id, reason);
  });

  socket.on('enviar-mensaje', (payload, callback) => {
    console.log('enviar-mensaje', payload);
    const { id } = payload;
    callback({ id, processID: 999, date: Date.now() });
    // There's no `this.io` here, but the sender's socket can reach the others.
    socket.broadcast.emit('enviar-mensaje', payload);
  });
};

module.exports = { socketController };
