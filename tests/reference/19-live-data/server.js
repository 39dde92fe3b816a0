// Lesson 19: live data.
//
// The chat of lesson 18, and the readings that other processes write into a database.
const crypto = require('node:crypto');
const http = require('node:http');
const path = require('node:path');

const cookieParser = require('cookie-parser');
const cors = require('cors');
const express = require('express');
const socketio = require('socket.io');

const { adminController, authenticate, sendFigures } = require('./admin');
const { admit, log } = require('./admission');
const { socketController } = require('./controller');
const { checkOrigin, isAllowed } = require('./origins');
const { pages } = require('./pages');
const { watch } = require('./readings');
const { logIn } = require('./session');

// Longest message that a client may send, in bytes. One limit for both transports.
const MAX_MESSAGE = 100_000;

// How long a shutdown may take, in milliseconds.
const SHUTDOWN_LIMIT = 5_000;

class Server {
  constructor() {
    this.app = express();
    this.host = process.env.HOST ?? '0.0.0.0';
    this.port = process.env.PORT ?? 3000;
    this.pagePort = process.env.PAGE_PORT ?? 8080;
    this.page = process.env.PUBLIC_DIR ?? path.join('public', path.basename(__dirname));
    this.database = process.env.DATABASE ?? 'lecturas.db';
    this.alarmAbove = Number(process.env.ALARM_ABOVE ?? 30);
    // The origins whose pages may use the server. The page's own follow once its port is known.
    this.origins = process.env.ALLOWED_ORIGINS?.split(',') ?? [];
    // Lets these pages read the answers, and send their cookies.
    this.cors = { origin: this.origins, credentials: true };
    // Signs the cookies. A new secret at each start ends all sessions.
    this.cookies = cookieParser(crypto.randomBytes(32).toString('hex'));
    // Express answers requests, and Socket.IO needs the server below it, so that both listen on one port.
    this.server = http.createServer(this.app);
    this.io = socketio(this.server, {
      maxHttpBufferSize: MAX_MESSAGE,
      cors: this.cors,
      allowRequest: (request, callback) => callback(null, isAllowed(this.origins, request)),
    });

    this.middlewares();
    this.routes();
    this.sockets();
  }

  middlewares() {
    this.app.use(cors(this.cors));
    this.app.use(checkOrigin(this.origins));
    // Reads the cookies. Express signs its answers' cookies with the same secret.
    this.app.use(this.cookies);
    this.io.engine.use(this.cookies);
  }

  routes() {
    this.app.get('/healthz', (request, response) => {
      response.send('ok');
    });
    this.app.post('/admin/login', express.text(), logIn(process.env.ADMIN_TOKEN));
  }

  sockets() {
    this.io.use(log);
    this.io.use(admit(this.io));
    this.io.on('connection', socketController(this.io));
    this.io.of('/admin').use(authenticate(process.env.ADMIN_TOKEN));
    this.io.of('/admin').on('connection', adminController(this.io));
    sendFigures(this.io);
    watch(this.io, this.database, this.alarmAbove);
  }

  listen() {
    this.server.listen(this.port, this.host, () => {
      // If PORT is 0, the system has chosen a port.
      const { port } = this.server.address();
      this.pageServer = pages(this.page, port).listen(this.pagePort, this.host, () => {
        const pagePort = this.pageServer.address().port;
        this.origins.push(`http://127.0.0.1:${pagePort}`, `http://localhost:${pagePort}`);
        console.log(`The server listens on http://${this.host}:${port}, and the page is on`);
        console.log(`http://${this.host}:${pagePort}`);
      });
    });
  }

  close() {
    // Stops accepting connections and closes the open ones. Then nothing keeps the process running.
    this.io.close();
    this.pageServer?.close();
    // A client that has stopped reading would still keep it running.
    setTimeout(() => process.exit(0), SHUTDOWN_LIMIT).unref();
  }
}

module.exports = Server;
