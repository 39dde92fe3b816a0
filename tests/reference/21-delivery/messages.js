// The messages to everyone, in a database. The calls are synchronous, so no message overtakes a replay.

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

const PAGE = 'SELECT de, mensaje, id, fecha, numero FROM mensajes WHERE numero > ? ORDER BY numero LIMIT 100';

// The last number that was used.
const NEWEST = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'mensajes'), 0) AS numero";

// The number before the last 50 messages.
const BEFORE_THE_LAST = `SELECT coalesce(
    (SELECT numero FROM mensajes ORDER BY numero DESC LIMIT 1 OFFSET 50), 0) AS numero`;

class History {
  constructor(path, io) {
    this.io = io;
    // Without a timeout, a call doesn't wait for a lock: there's only this thread, and everyone would wait with it.
    this.database = new DatabaseSync(path, { timeout: 0 });
    this.database.exec('PRAGMA journal_mode = wal');
    // As in Rust: a message is on the disk before it's answered.
    this.database.exec('PRAGMA synchronous = full');
    this.database.exec(TABLE);
  }

  // Stores a message, answers, and sends it to everyone. A message that's already there is only answered.
  store(message, callback) {
    try {
      const known = this.database.prepare(NUMBER).get(message.de, message.id);
      if (known) return callback?.({ ok: true, numero: known.numero });

      const { lastInsertRowid: numero } = this.database.prepare(STORE).run(message);
      callback?.({ ok: true, numero });
      this.io.emit('enviar-mensaje', { ...message, numero });
    } catch (error) {
      // Without an answer, the client sends it again.
      console.log('cannot store a message:', error.message);
    }
  }

  // Sends a client everything after the message with this number; the last 50 messages if there's none.
  replay(socket, last) {
    try {
      const newest = this.database.prepare(NEWEST).get().numero;
      // A number that wasn't used yet comes from another database.
      let after = last <= newest ? last : this.database.prepare(BEFORE_THE_LAST).get().numero;
      // Prepared once, and read to its end each time.
      const page = this.database.prepare(PAGE);
      for (let rows = page.all(after); rows.length > 0; rows = page.all(after)) {
        after = rows.at(-1).numero;
        socket.emit('historial', rows);
      }
    } catch (error) {
      console.log('cannot send a client what it has missed:', error.message);
      socket.disconnect();
    }
  }
}

module.exports = { History };
