// Lesson 06: broadcast.
//
// The sender gets its answer, and everyone else gets the message.
const http = require('node:http');
const path = require('node:path');

const cors = require('cors');
const express = require('express');
const socketio = require('socket.io');

const { socketController } = require('./controller');

class Server {
  constructor() {
    this.app = express();
    this.port = process.env.PORT ?? 3000;
    this.page = process.env.PUBLIC_DIR ?? path.join('public', path.basename(__dirname));
    // Express answers requests, and Socket.IO needs the server below it, so that both listen on one port.
    this.server = http.createServer(this.app);
    this.io = socketio(this.server);

    this.middlewares();
    this.sockets();
  }

  middlewares() {
    // Pages of any site may read the answers.
    this.app.use(cors());
    this.app.use(express.static(this.page));
    // The files that all pages share are beside the page.
    for (const folder of ['shared', 'vendor']) {
      this.app.use(`/${folder}`, express.static(path.join(this.page, '..', folder)));
    }
  }

  sockets() {
    this.io.on('connection', socketController);
  }

  listen() {
    this.server.listen(this.port, '127.0.0.1', () => {
      // If PORT is 0, the system has chosen a port.
      console.log(`http://127.0.0.1:${this.server.address().port}`);
    });
  }
}

module.exports = Server;
