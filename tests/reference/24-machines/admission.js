// Decides which clients may come in.

// The most characters in a name.
const MAX_NAME = 20;

// The fewest characters in a secret: it must be too long to guess.
const MIN_SECRET = 16;

// The room of one person. The prefix keeps names apart from the rooms that clients join.
const roomOf = (nombre) => `person:${nombre}`;

// Logs a client that wants to come in.
const log = (socket, next) => {
  console.log('client connects', socket.id);
  next();
};

// Lets a client in under its name; if not, the client hears why.
const admit = (io) => async (socket, next) => {
  const refuse = (reason) => {
    console.log('client refused', socket.id, reason);
    next(new Error(reason));
  };
  const { nombre, secreto, vuelve } = socket.handshake.auth;
  if (typeof nombre !== 'string' || typeof secreto !== 'string') {
    return refuse('a name and a secret are needed');
  }
  const name = nombre.trim();
  if (name === '' || [...name].length > MAX_NAME || /\p{Cc}/u.test(name)) {
    return refuse('a name has 1 to 20 characters');
  }
  if (secreto.length < MIN_SECRET) return refuse('a secret has at least 16 characters');

  try {
    // The data of a socket goes to each node that asks for it.
    const others = await io.in(roomOf(name)).fetchSockets();
    if (others.some((other) => other.data.secreto !== secreto)) {
      return refuse('somebody has this name');
    }
  } catch (error) {
    console.log('cannot ask the other nodes:', error.message);
    return refuse('the server is busy, try again');
  }
  socket.join(roomOf(name));
  socket.data = { nombre: name, secreto, vuelve };
  next();
};

module.exports = { admit, log, roomOf };
