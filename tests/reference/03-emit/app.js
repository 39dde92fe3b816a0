// Reads the settings, from a file `.env` too, and starts the server.
require('dotenv').config({ quiet: true });

const Server = require('./server');

new Server().listen();
