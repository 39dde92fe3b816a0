// The page's server.
const path = require('node:path');

const express = require('express');

// Serves the page, and the files beside it that all pages share. `puerto` is the port of the chat's server.
const pages = (page, puerto) => {
  const app = express();
  app.get('/config.json', (request, response) => {
    response.json({ puerto });
  });
  app.use(express.static(page));
  for (const folder of ['shared', 'vendor']) {
    app.use(`/${folder}`, express.static(path.join(page, '..', folder)));
  }
  return app;
};

module.exports = { pages };
