// Lesson 11: observe.
//
// The log names each request by an id, whose length is limited.
const { randomUUID } = require('node:crypto');
const http = require('node:http');
const path = require('node:path');

const cors = require('cors');
const express = require('express');
const socketio = require('socket.io');

const { socketController } = require('./controller');

// Longest message that a client may send, in bytes. One limit for both transports.
const MAX_MESSAGE = 100_000;

// Sessions at a time, in total and from one address.
const MAX_CLIENTS = 10_000;
const MAX_CLIENTS_PER_ADDRESS = 200;

// How long a client has to send a request, and to join the namespace, in milliseconds.
const REQUEST_LIMIT = 10_000;

// How long a shutdown may take, in milliseconds.
const SHUTDOWN_LIMIT = 5_000;

// The longest id of a request, in bytes. A UUID has 36.
const MAX_ID = 64;

// The longest path that the log shows, in characters. The rest is left out.
const MAX_PATH = 100;

// Scripts and styles come from this server's own files.
const CONTENT_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

// Browsers ask each time whether a file has changed, since its name stays the same when it does.
const FILES = {
  cacheControl: false,
  setHeaders: (response) => response.set('Cache-Control', 'no-cache'),
};

class Server {
  constructor() {
    this.app = express();
    this.host = process.env.HOST ?? '0.0.0.0';
    this.port = process.env.PORT ?? 3000;
    this.allowedOrigins = (process.env.ALLOWED_ORIGINS ?? '').split(',').map((origin) => origin.trim());
    // How many sessions each address has.
    this.sessions = new Map();
    this.contentPolicy = process.env.CONTENT_SECURITY_POLICY ?? CONTENT_POLICY;
    this.page = process.env.PUBLIC_DIR ?? path.join('public', path.basename(__dirname));
    // Express answers requests, and Socket.IO needs the server below it, so that both listen on one port.
    this.server = http.createServer({ requestTimeout: REQUEST_LIMIT }, this.app);
    this.cors = (request, done) => done(null, { origin: this.allows(request), credentials: true });
    this.io = socketio(this.server, {
      maxHttpBufferSize: MAX_MESSAGE,
      connectTimeout: REQUEST_LIMIT,
      cors: this.cors,
      allowRequest: (request, done) => done(null, this.allows(request) && this.hasPlace(request)),
    });

    this.middlewares();
    this.routes();
    this.sockets();
  }

  // Whether a page of this origin may use the server: its own pages may, and so may pages of listed sites.
  allows(request) {
    const { origin, host } = request.headers;
    return !origin || origin.split('://')[1] === host || this.allowedOrigins.includes(origin);
  }

  // Whether there is a place for one more session.
  hasPlace(request) {
    const here = this.sessions.get(request.socket.remoteAddress) ?? 0;
    return this.io.engine.clientsCount < MAX_CLIENTS && here < MAX_CLIENTS_PER_ADDRESS;
  }

  // Tells browsers what our pages must not do. Answers that aren't files differ each time.
  protect(request, response, next) {
    response.set({
      'Content-Security-Policy': this.contentPolicy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    });
    if (request.headers['x-forwarded-proto'] === 'https') {
      response.set('Strict-Transport-Security', 'max-age=31536000');
    }
    next();
  }

  // Gives a request an id, unless a proxy has, and logs the answer. Socket.IO's requests don't get here, so the log
  // doesn't show their addresses, which hold the session's key.
  observe(request, response, next) {
    const given = request.get('x-request-id');
    const id = given && given.length <= MAX_ID ? given : randomUUID();
    response.set('X-Request-Id', id);
    const path = request.path.slice(0, MAX_PATH);
    response.on('finish', () => {
      console.log('request', { id, method: request.method, path, status: response.statusCode });
    });
    next();
  }

  middlewares() {
    this.app.use((request, response, next) => this.observe(request, response, next));
    this.app.use((request, response, next) => this.protect(request, response, next));
    this.app.use(cors(this.cors));
    this.app.use(express.static(this.page, FILES));
    // The files that all pages share are beside the page.
    for (const folder of ['shared', 'vendor']) {
      this.app.use(`/${folder}`, express.static(path.join(this.page, '..', folder), FILES));
    }
  }

  routes() {
    this.app.get('/healthz', (request, response) => {
      response.send('ok');
    });
    // Express's own answer would have a policy of its own.
    this.app.use((request, response) => {
      response.sendStatus(404);
    });
  }

  sockets() {
    this.io.on('connection', socketController);
    this.io.engine.on('connection', (session) => {
      const address = session.remoteAddress;
      this.sessions.set(address, (this.sessions.get(address) ?? 0) + 1);
      session.once('close', () => {
        const left = this.sessions.get(address) - 1;
        if (left === 0) this.sessions.delete(address);
        else this.sessions.set(address, left);
      });
    });
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
