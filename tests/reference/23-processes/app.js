// Reads the settings, from a file `.env` too, and starts the server.
require('dotenv').config({ quiet: true });

const Server = require('./server');

const server = new Server();
server.listen();

// The platform stops the server with SIGTERM, a person with Ctrl-C, which sends SIGINT.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => server.close());
}
