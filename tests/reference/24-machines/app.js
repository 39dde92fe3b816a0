// Reads the settings, from a file `.env` too, and starts the server, or two.
require('dotenv').config({ quiet: true });

const Server = require('./server');

// With SECOND_PORT, this process is two nodes.
const { PORT = 3000, SECOND_PORT } = process.env;
const ports = SECOND_PORT === undefined ? [PORT] : [PORT, SECOND_PORT];
const servers = ports.map((port) => new Server(port));
for (const server of servers) server.listen();

// The platform stops the server with SIGTERM, a person with Ctrl-C, which sends SIGINT.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    for (const server of servers) server.close();
  });
}
