// Lesson 01: a static server.
//
// The page travels over HTTP, and a page from anywhere may ask for it.
const path = require('node:path');

const cors = require('cors');
const express = require('express');

class Server {
  constructor() {
    this.app = express();
    this.port = process.env.PORT ?? 3000;
    this.page = process.env.PUBLIC_DIR ?? path.join('public', path.basename(__dirname));

    this.middlewares();
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

  listen() {
    const listener = this.app.listen(this.port, '127.0.0.1', (error) => {
      if (error) throw error;
      // Where PORT is 0, the system has chosen the port.
      console.log(`http://127.0.0.1:${listener.address().port}`);
    });
  }
}

module.exports = Server;
