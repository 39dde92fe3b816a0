// The tickets, in a database that survives the process.

// SQLite as in `node:sqlite`, which Node 20 doesn't have yet.
const { DatabaseSync } = require('@photostructure/sqlite');

// How many calls a screen shows.
const SHOWN = 4;

// Each request has an id, so the same request never takes a second number or calls a second ticket.
const TABLE = `tickets (
    numero INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    escritorio TEXT,
    llamada TEXT UNIQUE
)`;

const OF_REQUEST = 'SELECT numero, escritorio FROM tickets WHERE id = ?';
const OF_CALL = 'SELECT numero, escritorio FROM tickets WHERE llamada = ?';
const TAKE = 'INSERT INTO tickets (id) VALUES (?)';
const CALL = `UPDATE tickets SET escritorio = ?, llamada = ?
    WHERE numero = (SELECT min(numero) FROM tickets WHERE llamada IS NULL)`;
const WAITING = 'SELECT count(*) AS pendientes FROM tickets WHERE llamada IS NULL';
const LAST = 'SELECT numero, escritorio FROM tickets WHERE llamada IS NOT NULL ORDER BY numero DESC LIMIT ?';

// There's only this thread, and no call waits for another one: nothing comes between two statements.
class Tickets {
  constructor(path) {
    this.database = new DatabaseSync(path);
    this.database.exec(`CREATE TABLE IF NOT EXISTS ${TABLE}`);
  }

  // The ticket of a request: the one that it already has, or the next one.
  take(id) {
    if (!this.get(OF_REQUEST, id)) this.database.prepare(TAKE).run(id);
    return this.get(OF_REQUEST, id);
  }

  // The ticket of a call: the one that it already has, or the one that waits longest. If nobody waits, there's none.
  call(desk, id) {
    if (!this.get(OF_CALL, id)) this.database.prepare(CALL).run(desk, id);
    return this.get(OF_CALL, id);
  }

  // The state that everyone sees.
  queue() {
    const { pendientes } = this.get(WAITING);
    return { pendientes, ultimos: this.database.prepare(LAST).all(SHOWN) };
  }

  get(sql, ...values) {
    return this.database.prepare(sql).get(...values);
  }
}

module.exports = { Tickets };
