// Temperatures in a database that any process may write to. Every client hears about the new ones.

// SQLite as in `node:sqlite`, which Node 20 doesn't have yet.
const { DatabaseSync } = require('@photostructure/sqlite');

// The database itself refuses values that aren't temperatures; strings, too, which it considers greater than all numbers.
// With `AUTOINCREMENT` no id is used twice, not even after its row was deleted.
const TABLE = `lecturas (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    valor REAL NOT NULL CHECK (valor BETWEEN -273.15 AND 1000)
)`;

const NEW = 'SELECT id, valor FROM lecturas WHERE id > ? ORDER BY id LIMIT 100';

// The time between two looks, in milliseconds.
const PAUSE = 200;

// Tells every client about new readings. A reading above the limit is an alarm.
const watch = (io, path, alarmAbove) => {
  // Without a timeout, a call doesn't wait for a lock: there's only this thread, and everyone would wait with it.
  const database = new DatabaseSync(path, { timeout: 0 });
  database.exec(`CREATE TABLE IF NOT EXISTS ${TABLE}`);
  // The readings that the database already has aren't new.
  let { last } = database.prepare('SELECT coalesce(max(id), 0) AS last FROM lecturas').get();
  let isFailing = false;

  const look = () => {
    try {
      // Prepared each time: a statement doesn't keep its database from being garbage-collected, which closes it.
      const readings = database.prepare(NEW).all(last);
      if (isFailing) console.log('the database can be read again');
      isFailing = false;
      for (const { id, valor } of readings) {
        last = id;
        io.emit('lectura', { id, valor, alarma: valor > alarmAbove });
      }
    } catch (error) {
      // Says only once that it's trying again.
      if (!isFailing) console.log('cannot read the database:', error.message);
      isFailing = true;
    }
  };
  // Doesn't keep the process running.
  setInterval(look, PAUSE).unref();
};

module.exports = { watch };
