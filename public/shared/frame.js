/**
 * Parses one frame of Socket.IO as it crosses the wire, and explains each part of it.
 *
 * A frame is an Engine.IO packet (protocol revision 4) or, over long-polling, several of them,
 * separated by record separators. A packet of type "message" carries a Socket.IO packet (protocol
 * revision 5). Nothing here touches the page, so Node can import it, too.
 */

import { findJsonFault } from './json-fault.js';
import { ENGINE_TYPES, SECTION, SOCKET_TYPES } from './protocol.js';

/** Separates the packets of one long-polling request or response. */
export const RECORD_SEPARATOR = '\x1e';

const PROBE_WORDS = { ping: 'upgrade probe', pong: 'upgrade probe answered' };

/** How much of a name the description of a frame repeats. */
const LONGEST_NAME = 60;

/** Thrown if a frame breaks the protocol. */
class Fault extends Error {
  constructor(index, message) {
    super(message);
    this.index = index;
  }
}

/**
 * @typedef {{ name: string, text: string, meaning: string, section: import('./protocol.js').Section }} Part
 * @typedef {{ kind: string, words: string, parts: Part[] }} Packet
 *   `kind` is open, close, ping, pong, probe, upgrade, noop, connect, disconnect, event,
 *   acknowledgement, connect-error, binary or malformed; the texts of the parts add up to the frame
 */

/**
 * Explains a frame, up to its first fault if there is one.
 *
 * @param {string} text the frame, exactly as on the wire
 * @returns {{ packets: Packet[], fault: { index: number, column: number, message: string } | null }}
 *   `index` counts UTF-16 units from 0, as strings do; `column` counts characters from 1
 */
export function explainFrame(text) {
  const packets = [];
  let start = 0;
  for (const source of text.split(RECORD_SEPARATOR)) {
    const packet = { kind: 'malformed', words: 'malformed', parts: [] };
    packets.push(packet);
    if (start > 0) {
      const meaning = 'Another packet of the same request follows.';
      addPart(packet, 'Record separator', RECORD_SEPARATOR, meaning, SECTION.polling);
    }
    try {
      readPacket(source, packet);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      const index = start + fault.index;
      const column = Array.from(text.slice(0, index)).length + 1;
      return { packets, fault: { index, column, message: fault.message } };
    }
    start += source.length + RECORD_SEPARATOR.length;
  }
  return { packets, fault: null };
}

/**
 * @param {number} bytes
 * @returns {string} the description of a binary frame of that size
 */
export function describeBinary(bytes) {
  return `binary attachment, ${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
}

function addPart(packet, name, text, meaning, section) {
  packet.parts.push({ name, text, meaning, section });
}

/** Reads an Engine.IO packet. */
function readPacket(source, packet) {
  if (source[0] === 'b') {
    readBinary(source, packet);
    return;
  }
  const type = ENGINE_TYPES[source[0]];
  if (!type) throw new Fault(0, 'an Engine.IO packet begins with its type, a digit from 0 to 6');
  const isProbe = (type.name === 'ping' || type.name === 'pong') && source.slice(1) === 'probe';
  const section = isProbe ? SECTION.upgrade : type.section;
  addPart(packet, `Engine.IO packet type: ${type.name}`, source[0], type.meaning, section);

  if (type.name === 'message') {
    readSocketPacket(source, packet);
    return;
  }
  if (type.name === 'open') {
    readHandshake(source, packet);
  } else if (isProbe) {
    const meaning = 'Tests the new transport before the session moves to it.';
    addPart(packet, 'Probe', source.slice(1), meaning, SECTION.upgrade);
  } else if (source.length > 1) {
    throw new Fault(1, `a packet of type ${type.name} should end here`);
  }
  packet.kind = isProbe ? 'probe' : type.name;
  packet.words = isProbe ? PROBE_WORDS[type.name] : type.words;
}

function readHandshake(source, packet) {
  const handshake = readJson(source, 1, 'the data of the handshake');
  if (!isObject(handshake)) {
    throw new Fault(1, 'the data of the handshake should be a JSON object');
  }
  const { sid, upgrades, pingInterval, pingTimeout, maxPayload } = handshake;
  const meaning = [
    `sid: the id of the session, ${sid}.`,
    `upgrades: the transports that it may move to, ${JSON.stringify(upgrades)}.`,
    `pingInterval: ${pingInterval} ms from one ping to the next.`,
    `pingTimeout: ${pingTimeout} ms for the pong to arrive.`,
    `maxPayload: ${maxPayload} bytes at most in one long-polling request.`,
  ].join(' ');
  addPart(packet, 'Handshake data', source.slice(1), meaning, SECTION.handshake);
}

/** Reads the Socket.IO packet in an Engine.IO message, from the second character on. */
function readSocketPacket(source, packet) {
  const type = SOCKET_TYPES[source[1]];
  if (!type) throw new Fault(1, 'a Socket.IO packet begins with its type, a digit from 0 to 6');
  addPart(packet, `Socket.IO packet type: ${type.name}`, source[1], type.meaning, type.section);

  const attachments = type.binary ? readAttachments(source, 2, packet) : { end: 2 };
  const namespace = readNamespace(source, attachments.end, packet);
  const acknowledgement = readAcknowledgementId(source, namespace.end, packet, type);
  const payload = readPayload(source, acknowledgement.end, packet, type);

  packet.kind = type.kind;
  packet.words = describe(type, namespace.name, acknowledgement.id, payload);
}

function readAttachments(source, start, packet) {
  const count = digitsAt(source, start);
  const end = start + count.length;
  if (count === '') throw new Fault(start, 'the number of binary attachments should be here');
  if (source[end] !== '-') {
    throw new Fault(end, 'a dash should follow the number of binary attachments');
  }
  const meaning = `Binary frames that follow this one: ${count}.`;
  addPart(packet, 'Attachments', `${count}-`, meaning, SECTION.encoding);
  return { end: end + 1 };
}

function readNamespace(source, start, packet) {
  if (source[start] !== '/') return { name: '/', end: start };
  const comma = source.indexOf(',', start);
  if (comma === -1) throw new Fault(source.length, 'a comma should end the namespace');
  const name = source.slice(start, comma);
  const meaning = 'The namespace that the packet is for. The main one, /, is left out.';
  addPart(packet, 'Namespace', `${name},`, meaning, SECTION.encoding);
  return { name, end: comma + 1 };
}

function readAcknowledgementId(source, start, packet, type) {
  const id = digitsAt(source, start);
  if (id === '') {
    if (type.kind === 'acknowledgement') {
      throw new Fault(start, 'the number of the event that this answers should be here');
    }
    return { id, end: start };
  }
  if (type.kind !== 'event' && type.kind !== 'acknowledgement') {
    throw new Fault(start, `a ${type.name} packet has no acknowledgement id`);
  }
  const meaning =
    type.kind === 'event'
      ? 'The sender asks for an acknowledgement with this number.'
      : 'The number of the event that this answers.';
  addPart(packet, 'Acknowledgement id', id, meaning, SECTION.acknowledgement);
  return { id, end: start + id.length };
}

function readPayload(source, start, packet, type) {
  const text = source.slice(start);
  if (type.kind === 'disconnect' && text !== '') {
    throw new Fault(start, `a ${type.name} packet should end here`);
  }
  if (type.kind === 'disconnect' || (type.kind === 'connect' && text === '')) return undefined;

  const payload = readJson(source, start, 'the payload');
  const shape = type.kind === 'event' || type.kind === 'acknowledgement' ? 'array' : 'object';
  if (shape === 'array' ? !Array.isArray(payload) : !isObject(payload)) {
    throw new Fault(start, `the payload of a ${type.name} packet should be a JSON ${shape}`);
  }
  if (type.kind === 'event' && typeof payload[0] !== 'string') {
    throw new Fault(start + 1, 'the name of the event, a string, should be the first item');
  }
  addPart(packet, 'Payload', text, explainPayload(type, payload), type.section);
  return payload;
}

function explainPayload(type, payload) {
  switch (type.kind) {
    case 'connect':
      return isGranted(payload)
        ? 'From the server: sid is the id of this socket.'
        : 'From the client: its credentials.';
    case 'connect-error':
      return 'Why access to the namespace is refused.';
    case 'event':
      return `The name of the event, ${shorten(payload[0])}, then its arguments: ${payload.length - 1}.`;
    default:
      return `Arguments for the callback: ${payload.length}.`;
  }
}

/** Reads a binary packet of long-polling: the letter b, then base64. */
function readBinary(source, packet) {
  const letter = 'Binary data follows, in base64, since long-polling carries text.';
  addPart(packet, 'Binary packet', 'b', letter, SECTION.polling);
  const base64 = source.slice(1);
  const valid = base64.match(/^[A-Za-z0-9+/]*={0,2}/)[0];
  if (valid.length < base64.length) {
    throw new Fault(1 + valid.length, "base64 can't have this character here");
  }
  if (base64.length % 4 !== 0) {
    throw new Fault(source.length, 'base64 has groups of four, and the last one is incomplete');
  }
  const padding = base64.length - base64.replace(/={1,2}$/, '').length;
  const bytes = (base64.length / 4) * 3 - padding;
  addPart(packet, 'Data', base64, `Bytes: ${bytes}.`, SECTION.polling);
  packet.kind = 'binary';
  packet.words = describeBinary(bytes);
}

function describe(type, namespace, id, payload) {
  const elsewhere = namespace === '/' ? '' : shorten(namespace);
  const binary = type.binary ? ', binary data follows' : '';
  switch (type.kind) {
    case 'connect':
      return (isGranted(payload) ? 'connected' : 'connect') + (elsewhere && ` to ${elsewhere}`);
    case 'disconnect':
      return `disconnect${elsewhere && ` from ${elsewhere}`}`;
    case 'connect-error':
      return `connection refused${elsewhere && ` to ${elsewhere}`}`;
    case 'event':
      return (
        `event ${shorten(payload[0])}${elsewhere && ` in ${elsewhere}`}` +
        `${id && `, asks for acknowledgement ${id}`}${binary}`
      );
    default:
      return `acknowledgement ${id}${elsewhere && ` in ${elsewhere}`}${binary}`;
  }
}

/** A CONNECT packet with a socket's id is the server's answer; the client's has no id. */
function isGranted(payload) {
  return payload !== undefined && 'sid' in payload;
}

function readJson(source, start, what) {
  const text = source.slice(start);
  if (text === '') throw new Fault(start, `${what} should be here, as JSON`);
  try {
    return JSON.parse(text);
  } catch {
    const { index, message } = findJsonFault(source, start);
    throw new Fault(index, message);
  }
}

function digitsAt(source, start) {
  const digits = /\d*/y;
  digits.lastIndex = start;
  return digits.exec(source)[0];
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shorten(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
}
