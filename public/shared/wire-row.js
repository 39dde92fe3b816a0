/**
 * Shows one entry of the wire as a row of the panel.
 */

import { element } from './element.js';
import { describeBinary, explainFrame } from './frame.js';

/** How much of a frame a row shows; copies are complete. */
const SHOWN_CHARACTERS = 2000;
const SHOWN_BYTES = 32;

const ARROW = { sent: '→', received: '←' };

/** A frame as one line of plain text: `→ 42["hello"]`. */
export function frameLine(entry) {
  return `${ARROW[entry.direction]} ${frameText(entry)}`;
}

/** Whether an entry is half of a heartbeat, `2` or `3`. */
export function isHeartbeat({ data }) {
  return data === '2' || data === '3';
}

/**
 * @param {object} entry as `wire-tap.js` describes it
 * @returns {HTMLLIElement}
 */
export function createRow(entry) {
  return entry.note ? createNote(entry) : createFrame(entry);
}

function createNote({ note, text, time }) {
  return element(
    'li',
    { class: 'wire-note', 'data-note': note },
    element('span', { class: 'wire-words' }, text),
    createTime(time),
  );
}

function createFrame(entry) {
  const { direction, transport, data, time } = entry;
  const isText = typeof data === 'string';
  const text = frameText(entry);
  const { kind, words } = isText
    ? explainFrame(data).packets[0]
    : { kind: 'binary', words: describeBinary(data.byteLength ?? data.size) };

  const row = element(
    'li',
    { 'data-direction': direction, 'data-transport': transport, 'data-kind': kind },
    element(
      'span',
      { class: `wire-direction ${direction}` },
      element('span', { 'aria-hidden': 'true' }, `${ARROW[direction]} `),
      element('span', {}, direction),
    ),
    element('span', { class: 'wire-words' }, words),
    element('span', { class: 'wire-transport' }, transport),
    createTime(time),
  );
  if (isText) {
    // The Tab key reaches only one of these; see the panel.
    row.append(
      element('button', { type: 'button', class: 'wire-explain', tabindex: '-1' }, 'Explain'),
    );
  }
  row.append(element('code', { dir: 'ltr' }, text.slice(0, SHOWN_CHARACTERS)));
  if (text.length > SHOWN_CHARACTERS) {
    const more = (text.length - SHOWN_CHARACTERS).toLocaleString('en');
    row.append(element('span', { class: 'wire-more' }, `${more} more characters`));
  }
  return row;
}

function createTime(time) {
  const date = new Date(time);
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  const text = `${date.toTimeString().slice(0, 8)}.${milliseconds}`;
  return element('time', { datetime: date.toISOString() }, text);
}

/**
 * A frame as text. Over long-polling, binary data is base64; over WebSocket it isn't text, so
 * it's shown in hexadecimal. The bytes of a file that's being sent aren't available here.
 */
function frameText({ data, transport }) {
  if (typeof data === 'string') return data;
  if (data instanceof Blob) return '…';
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  return transport === 'polling' ? `b${toBase64(bytes)}` : toHexadecimal(bytes);
}

function toBase64(bytes) {
  let characters = '';
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters);
}

function toHexadecimal(bytes) {
  const digits = Array.from(bytes.subarray(0, SHOWN_BYTES), (byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return digits.join(' ') + (bytes.length > SHOWN_BYTES ? ' …' : '');
}
