// Lesson 08: limits.
//
// One client can take only so much: of the others' time, and of the server's memory.
const http = require('node:http');
const path = require('node:path');

const cors = require('cors');
const express = require('express');
const socketio = require('socket.io');

const { socketController } = require('./controller');

// Longest message that a client may send, in bytes. One limit for both transports.
const MAX_MESSAGE = 100_000;

// How long a client has to send a request, and to join the namespace, in milliseconds.
const REQUEST_LIMIT = 10_000;

// How long a shutdown may take, in milliseconds.
const SHUTDOWN_LIMIT = 5_000;

class Server {
  constructor() {
    this.app = express();
    this.host = process.env.HOST ?? '0.0.0.0';
    this.port = process.env.PORT ?? 3000;
    this.page = process.env.PUBLIC_DIR ?? path.join('public', path.basename(__dirname));
    // Express answers requests, Socket.IO needs the server below it: both listen on one port.
    this.server = http.createServer({ requestTimeout: REQUEST_LIMIT }, this.app);
    this.io = socketio(this.server, { maxHttpBufferSize: MAX_MESSAGE, connectTimeout: REQUEST_LIMIT });

    this.middlewares();
    this.routes();
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

  routes() {
    this.app.get('/healthz', (request, response) => {
      response.send('ok');
    });
  }

  sockets() {
    this.io.on('connection', socketController);
  }

  listen() {
    this.server.listen(this.port, this.host, () => {
      // Where PORT is 0, the system has chosen the port.
      console.log(`http://${this.host}:${this.server.address().port}`);
    });
  }

  close() {
    // No more connections, and an end to those that are there: then nothing keeps the process running.
    this.io.close();
    // Except a client that has stopped reading.
    setTimeout(() => process.exit(0), SHUTDOWN_LIMIT).unref();
  }
}

module.exports = Server;
