// Reads the settings, also from a `.env` file, and starts the server.
require('dotenv').config({ quiet: true });

const Server = require('./server');

new Server().listen();
