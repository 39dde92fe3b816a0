// Lesson 06 in several processes, as Socket.IO's documentation does it, with Redis between them:
// https://socket.io/docs/v4/redis-adapter/
//
// `just bench several` compares it with the lessons.
const http = require('node:http');

const { createAdapter } = require('@socket.io/redis-adapter');
const { createClient } = require('redis');
const socketio = require('socket.io');

const { socketController } = require('../06-broadcast/controller');

const HOST = process.env.HOST ?? '127.0.0.1';
const PORT = process.env.PORT ?? 3000;

const main = async () => {
  const publisher = createClient({ url: process.env.REDIS_URL });
  // A connection that subscribes can't do anything else.
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);

  const server = http.createServer((request, response) => response.end('ok'));
  const io = socketio(server, { adapter: createAdapter(publisher, subscriber) });
  io.on('connection', socketController);

  server.listen(PORT, HOST, () => console.log(`http://${HOST}:${server.address().port}`));
};

main();
