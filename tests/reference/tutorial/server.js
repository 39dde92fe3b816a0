// The server of Socket.IO's own tutorial, with its steps "handling disconnections", "server delivery" and "client delivery":
// https://socket.io/docs/v4/tutorial/introduction
//
// Lesson 21 shows what it loses and repeats: a message that's sent while somebody reads what was missed overtakes it.
const http = require('node:http');

const socketio = require('socket.io');

const { Database } = require('./database');

const HOST = process.env.HOST ?? '127.0.0.1';
const PORT = process.env.PORT ?? 3000;

const TABLE = `CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    client_offset TEXT UNIQUE,
    content TEXT
)`;

const main = async () => {
  const database = new Database(process.env.DATABASE ?? 'chat.db');
  // As in the lessons, so that the two can be compared. There, each message is on the disk before it's answered. In this
  // package, a database with a log of changes isn't that careful unless it's told to be.
  await database.run('PRAGMA journal_mode = wal');
  await database.run('PRAGMA synchronous = full');
  await database.run(TABLE);

  const server = http.createServer((request, response) => response.end('ok'));
  const io = socketio(server, { connectionStateRecovery: {} });

  io.on('connection', async (socket) => {
    socket.on('chat message', async (text, clientOffset, callback) => {
      let inserted;
      try {
        inserted = await database.run('INSERT INTO messages (content, client_offset) VALUES (?, ?)', text, clientOffset);
      } catch (error) {
        // It's already there: the client hasn't got the answer. After any other error, it tries again.
        if (error.message.includes('UNIQUE')) callback();
        return;
      }
      io.emit('chat message', text, inserted.lastInsertRowid);
      callback();
    });

    if (!socket.recovered) {
      const missed = 'SELECT id, content FROM messages WHERE id > ?';
      const rows = await database.all(missed, socket.handshake.auth.serverOffset ?? 0);
      for (const row of rows) socket.emit('chat message', row.content, row.id);
    }
  });

  server.listen(PORT, HOST, () => console.log(`http://${HOST}:${server.address().port}`));
};

main();
