// Reads the settings, from a file `.env` too, and starts the server.
require('dotenv').config({ quiet: true });

const Server = require('./server');

const server = new Server();
server.listen();

// The platform sends SIGTERM to end the server, a person's Ctrl-C sends SIGINT.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => server.close());
}
