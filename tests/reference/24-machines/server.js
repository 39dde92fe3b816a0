// Lesson 24: several machines.
//
// The chat of lesson 23. Names, rooms and private messages cross from one node to another.
const http = require('node:http');
const path = require('node:path');

const cors = require('cors');
const express = require('express');
const socketio = require('socket.io');

const { admit, log } = require('./admission');
const { Bus } = require('./bus');
const { socketController } = require('./controller');
const { History } = require('./messages');

// Longest message that a client may send, in bytes. One limit for both transports.
const MAX_MESSAGE = 100_000;

// How long a shutdown may take, in milliseconds.
const SHUTDOWN_LIMIT = 5_000;

class Server {
  constructor(port) {
    this.app = express();
    this.host = process.env.HOST ?? '0.0.0.0';
    this.port = port;
    this.page = process.env.PUBLIC_DIR ?? path.join('public', path.basename(__dirname));
    // Express answers requests, and Socket.IO needs the server below it, so that both listen on one port.
    this.server = http.createServer(this.app);
    this.io = socketio(this.server, { maxHttpBufferSize: MAX_MESSAGE, adapter: Bus });

    this.middlewares();
    this.routes();
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

  routes() {
    this.app.get('/healthz', (request, response) => {
      response.send('ok');
    });
  }

  sockets() {
    this.io.use(log);
    this.io.use(admit(this.io));
    const history = new History(process.env.DATABASE ?? 'mensajes.db', this.io);
    this.io.on('connection', socketController(this.io, history));
  }

  listen() {
    this.server.listen(this.port, this.host, () => {
      // If PORT is 0, the system has chosen a port.
      console.log(`http://${this.host}:${this.server.address().port}`);
    });
  }

  close() {
    // Stops accepting connections and closes the open ones. Then nothing keeps the process running.
    this.io.close();
    // A client that has stopped reading would still keep it running.
    setTimeout(() => process.exit(0), SHUTDOWN_LIMIT).unref();
  }
}

module.exports = Server;
