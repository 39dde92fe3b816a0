// Lesson 05: callbacks.
//
// The sender alone gets an answer, and nothing goes to the others.
const http = require('node:http');
const path = require('node:path');

const cors = require('cors');
const express = require('express');
const socketio = require('socket.io');

class Server {
  constructor() {
    this.app = express();
    this.port = process.env.PORT ?? 3000;
    this.page = process.env.PUBLIC_DIR ?? path.join('public', path.basename(__dirname));
    // Express answers requests, Socket.IO needs the server below it: both listen on one port.
    this.server = http.createServer(this.app);
    this.io = socketio(this.server);

    this.middlewares();
    this.sockets();
  }

  middlewares() {
    // A page from anywhere may ask.
    this.app.use(cors());
    this.app.use(express.static(this.page));
    // What all pages share lies beside the page.
    for (const folder of ['shared', 'vendor']) {
      this.app.use(`/${folder}`, express.static(path.join(this.page, '..', folder)));
    }
  }

  sockets() {
    this.io.on('connection', (socket) => {
      console.log('client connected', socket.id);

      socket.on('disconnect', (reason) => {
        console.log('client disconnected', socket.id, reason);
      });

      socket.on('enviar-mensaje', (payload, callback) => {
        console.log('enviar-mensaje', payload);
        const { id } = payload;
        callback({ id, processID: 999, date: Date.now() });
      });
    });
  }

  listen() {
    this.server.listen(this.port, '127.0.0.1', () => {
      // Where PORT is 0, the system has chosen the port.
      console.log(`http://127.0.0.1:${this.server.address().port}`);
    });
  }
}

module.exports = Server;
