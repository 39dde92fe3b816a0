// Lesson 01: a static server.
//
// The server sends the page over HTTP, and pages of any site may read it.
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
    // Pages of any site may read the answers.
    this.app.use(cors());
    this.app.use(express.static(this.page));
    // The files that all pages share are beside the page.
    for (const folder of ['shared', 'vendor']) {
      this.app.use(`/${folder}`, express.static(path.join(this.page, '..', folder)));
    }
  }

  listen() {
    const listener = this.app.listen(this.port, '127.0.0.1', (error) => {
      if (error) throw error;
      // If PORT is 0, the system has chosen a port.
      console.log(`http://127.0.0.1:${listener.address().port}`);
    });
  }
}

module.exports = Server;
