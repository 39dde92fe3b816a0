/**
 * The packet types of the two protocols, and the sections of their specifications that define them.
 */

const ENGINE = {
  document: 'Engine.IO protocol, revision 4',
  url: 'https://github.com/socketio/engine.io-protocol',
};

const SOCKET = {
  document: 'Socket.IO protocol, revision 5',
  url: 'https://github.com/socketio/socket.io-protocol',
};

/** @typedef {{ document: string, title: string, url: string }} Section */

const section = ({ document, url }, title, anchor) => ({
  document,
  title,
  url: `${url}#${anchor}`,
});

/** The sections, with their titles. */
export const SECTION = {
  protocol: section(ENGINE, 'Protocol', 'protocol'),
  handshake: section(ENGINE, 'Handshake', 'handshake'),
  heartbeat: section(ENGINE, 'Heartbeat', 'heartbeat'),
  upgrade: section(ENGINE, 'Upgrade', 'upgrade'),
  message: section(ENGINE, 'Message', 'message'),
  polling: section(ENGINE, 'Packet encoding, HTTP long-polling', 'http-long-polling-1'),
  connection: section(SOCKET, 'Connection to a namespace', 'connection-to-a-namespace'),
  data: section(SOCKET, 'Sending and receiving data', 'sending-and-receiving-data'),
  acknowledgement: section(SOCKET, 'Acknowledgement', 'acknowledgement'),
  disconnection: section(
    SOCKET,
    'Disconnection from a namespace',
    'disconnection-from-a-namespace',
  ),
  encoding: section(SOCKET, 'Packet encoding', 'packet-encoding'),
};

/** The Engine.IO packet types; the digit that opens a packet is the index. */
export const ENGINE_TYPES = [
  {
    name: 'open',
    words: 'handshake',
    meaning: 'The server opens the session.',
    section: SECTION.handshake,
  },
  {
    name: 'close',
    words: 'close',
    meaning: 'The transport can be closed.',
    section: SECTION.protocol,
  },
  {
    name: 'ping',
    words: 'ping',
    meaning: 'Asks whether the other side is still there, which answers with a pong.',
    section: SECTION.heartbeat,
  },
  {
    name: 'pong',
    words: 'pong',
    meaning: 'Answers a ping.',
    section: SECTION.heartbeat,
  },
  {
    name: 'message',
    words: 'message',
    meaning: 'Carries data; in Socket.IO, a Socket.IO packet.',
    section: SECTION.message,
  },
  {
    name: 'upgrade',
    words: 'upgrade',
    meaning: 'From now on, the client uses the new transport.',
    section: SECTION.upgrade,
  },
  {
    name: 'noop',
    words: 'noop, ends the waiting poll',
    meaning: 'Carries nothing. It ends the waiting poll, so that the session can leave the transport.',
    section: SECTION.upgrade,
  },
];

/** The Socket.IO packet types; the digit that opens a packet is the index. */
export const SOCKET_TYPES = [
  {
    name: 'CONNECT',
    kind: 'connect',
    meaning: 'Requests access to a namespace, or grants it.',
    section: SECTION.connection,
  },
  {
    name: 'DISCONNECT',
    kind: 'disconnect',
    meaning: "Leaves the namespace. There's no answer.",
    section: SECTION.disconnection,
  },
  {
    name: 'EVENT',
    kind: 'event',
    meaning: 'An event: a name and its arguments.',
    section: SECTION.data,
  },
  {
    name: 'ACK',
    kind: 'acknowledgement',
    meaning: 'The answer to an event that asked for one.',
    section: SECTION.acknowledgement,
  },
  {
    name: 'CONNECT_ERROR',
    kind: 'connect-error',
    meaning: 'Access to the namespace is refused.',
    section: SECTION.connection,
  },
  {
    name: 'BINARY_EVENT',
    kind: 'event',
    binary: true,
    meaning: 'An event whose binary data follows in frames of its own.',
    section: SECTION.data,
  },
  {
    name: 'BINARY_ACK',
    kind: 'acknowledgement',
    binary: true,
    meaning: 'An answer whose binary data follows in frames of its own.',
    section: SECTION.acknowledgement,
  },
];
