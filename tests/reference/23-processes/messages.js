// The messages to everyone, in a database that several processes share. The calls are synchronous, so no message overtakes
// a replay.

// SQLite as in `node:sqlite`, which Node 20 doesn't have yet.
const { DatabaseSync } = require('@photostructure/sqlite');

// With `AUTOINCREMENT` no number is used twice, not even after its row was deleted.
const TABLE = `CREATE TABLE IF NOT EXISTS mensajes (
    numero INTEGER PRIMARY KEY AUTOINCREMENT,
    de TEXT NOT NULL,
    mensaje TEXT NOT NULL,
    id TEXT NOT NULL,
    fecha INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS mensajes_id ON mensajes (de, id)`;

// The number of a message that's already there.
const NUMBER = 'SELECT numero FROM mensajes WHERE de = ? AND id = ?';

const STORE = 'INSERT INTO mensajes (de, mensaje, id, fecha) VALUES (:de, :mensaje, :id, :fecha)';

const PAGE = `SELECT de, mensaje, id, fecha, numero FROM mensajes
    WHERE numero > ? AND numero <= ? ORDER BY numero LIMIT 100`;

// The last number that was used.
const NEWEST = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'mensajes'), 0) AS numero";

// The number before the last 50 messages.
const BEFORE_THE_LAST = `SELECT coalesce(
    (SELECT numero FROM mensajes ORDER BY numero DESC LIMIT 1 OFFSET 50), 0) AS numero`;

// How long another process's message may wait here, in milliseconds.
const PAUSE = 20;

// The room of the clients that have got every message so far.
const UP_TO_DATE = 'up-to-date';

class History {
  constructor(path, io) {
    this.io = io;
    // Other processes write, too, but never for long. There's only this thread, and everyone waits with it.
    this.database = new DatabaseSync(path, { timeout: 100 });
    this.database.exec('PRAGMA journal_mode = wal');
    // As in Rust: a message is on the disk before it's answered.
    this.database.exec('PRAGMA synchronous = full');
    this.database.exec(TABLE);
    this.page = this.database.prepare(PAGE);
    // The last message that this process has sent to its clients. Earlier ones are history.
    this.last = this.database.prepare(NEWEST).get().numero;
    // This alone doesn't keep the process running.
    setInterval(() => this.sendNew(), PAUSE).unref();
  }

  // Stores a message and answers. A message that's already there is only answered.
  store(message, callback) {
    try {
      const known = this.database.prepare(NUMBER).get(message.de, message.id);
      const numero = known?.numero ?? this.database.prepare(STORE).run(message).lastInsertRowid;
      callback?.({ ok: true, numero });
    } catch (error) {
      // Without an answer, the client sends it again.
      console.log('cannot store a message:', error.message);
    }
    this.sendNew();
  }

  // Sends everyone what was stored since the last call, by this process or another one.
  sendNew() {
    try {
      for (const message of this.pagesBetween(this.last, Number.MAX_SAFE_INTEGER).flat()) {
        this.last = message.numero;
        this.io.to(UP_TO_DATE).emit('enviar-mensaje', message);
      }
    } catch (error) {
      console.log('cannot read messages:', error.message);
    }
  }

  // Sends a client everything after the message with this number, up to the last one that the others have got; the last 50
  // messages if there's no number. From then on it gets every message.
  replay(socket, since) {
    // A client that comes from another process may have heard everything that's in the table.
    this.sendNew();
    try {
      // A number that wasn't used yet comes from another database.
      const after = since <= this.last ? since : this.database.prepare(BEFORE_THE_LAST).get().numero;
      for (const rows of this.pagesBetween(after, this.last)) socket.emit('historial', rows);
      socket.join(UP_TO_DATE);
    } catch (error) {
      console.log('cannot send a client what it has missed:', error.message);
      socket.disconnect();
    }
  }

  // The messages after one number, up to another one, in pages.
  pagesBetween(since, last) {
    const pages = [];
    for (let rows = this.page.all(since, last); rows.length > 0; rows = this.page.all(since, last)) {
      since = rows.at(-1).numero;
      pages.push(rows);
    }
    return pages;
  }
}

module.exports = { History };
