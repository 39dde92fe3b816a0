/**
 * The panel beside a lesson: each frame of Socket.IO as it crosses, with a description.
 *
 * It draws what `wire-tap.js` saw. Tests can rely on this much of the document:
 *
 *   aside.wire                           the panel
 *   .wire-frames > li[data-direction]    a frame, oldest first
 *     data-direction                     sent | received
 *     data-transport                     polling | websocket
 *     data-kind                          open, close, ping, pong, probe, upgrade, noop, connect,
 *                                        disconnect, event, acknowledgement, connect-error, binary,
 *                                        malformed
 *     code                               the frame, exactly as on the wire
 *     .wire-words                        its description
 *   .wire-frames > li[data-note]         a note between the frames
 *     data-note                          upgrading, upgraded, upgrade-failed, closed, failed,
 *                                        waiting, unreadable
 *   .wire-transports a[aria-current]     the transports in use
 *   .wire-pause .wire-clear .wire-copy   buttons
 *   #chkHeartbeats                       whether pings and pongs are shown
 *   .wire-count                          the number of frames
 */

import { copyText } from './copy-text.js';
import { element } from './element.js';
import { followEnd } from './follow-end.js';
import { createExplainer } from './wire-explain.js';
import { createRow, frameLine, isHeartbeat } from './wire-row.js';

/** The maximum number of rows in the list. */
const SHOWN = 500;

const CHOICES = [
  { label: 'long-polling', transport: 'polling' },
  { label: 'WebSocket', transport: 'websocket' },
  { label: 'both', transport: null },
];

const { wire } = window;
const parameters = new URLSearchParams(location.search);
const name = parameters.get('name');

const list = element('ol', {
  class: 'wire-frames',
  role: 'list',
  'aria-label': 'Frames, oldest first',
});
const count = element('p', { class: 'wire-count' });
const said = element('p', { class: 'wire-said', role: 'status' });
const pause = createButton('wire-pause', 'Pause');
const clear = createButton('wire-clear', 'Clear');
const copy = createButton('wire-copy', 'Copy');
const heartbeats = element('input', { type: 'checkbox', id: 'chkHeartbeats' });
const explainer = createExplainer();

const panel = element(
  'aside',
  { class: 'wire', 'aria-labelledby': 'ttlWire' },
  element(
    'div',
    { class: 'wire-log' },
    element('h2', { id: 'ttlWire' }, name ? `The wire of ${name}` : 'The wire'),
    createLinks(),
    element(
      'div',
      { class: 'wire-tools' },
      pause,
      clear,
      copy,
      element('label', { for: heartbeats.id }, heartbeats, ' Show heartbeats'),
    ),
    list,
    element('div', { class: 'wire-foot' }, count, said),
  ),
  explainer.node,
);
document.querySelector('main').after(panel);
followEnd(list);
if (name) makeClient();

const entryOf = new WeakMap();
/** While the panel is paused, the entries from that moment. */
let frozen = null;
/** The number of the newest entry in the list. */
let drawn = 0;
let isScheduled = false;

/** However many frames arrive, the list is drawn at most once per frame of the screen. */
function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    draw();
  });
}

function draw() {
  const entries = visibleEntries();
  const fresh = entries.filter((entry) => entry.number > drawn);
  const surplus = list.childElementCount + fresh.length - entries.length;
  if (fresh.length > 0 || surplus > 0) {
    const hadFocus = list.contains(document.activeElement);
    for (let i = 0; i < surplus; i += 1) list.firstElementChild?.remove();
    list.append(...fresh.map(drawRow));
    drawn = entries.at(-1)?.number ?? drawn;
    if (!list.contains(document.activeElement)) putLastInTabOrder(hadFocus);
  }
  showCount(entries);
}

function drawRow(entry) {
  const row = createRow(entry);
  entryOf.set(row, entry);
  return row;
}

function redraw() {
  list.replaceChildren();
  drawn = 0;
  schedule();
}

function visibleEntries() {
  const entries = (frozen ?? wire.entries).slice(-SHOWN);
  return heartbeats.checked ? entries : entries.filter((entry) => !isHeartbeat(entry));
}

function showCount(entries) {
  const shown = entries.filter((entry) => entry.direction).length.toLocaleString('en');
  const all = wire.frames.toLocaleString('en');
  count.textContent = shown === all ? `Frames: ${all}` : `Frames: ${all}, shown: ${shown}`;
}

/**
 * The Tab key stops only once in the list, at the newest frame, and the arrow keys move on from
 * there: 500 stops would be too many.
 */
function putLastInTabOrder(takeFocus) {
  list.querySelector('[tabindex="0"]')?.setAttribute('tabindex', '-1');
  const last = [...list.querySelectorAll('button')].at(-1);
  last?.setAttribute('tabindex', '0');
  if (takeFocus) last?.focus({ preventScroll: true });
}

list.addEventListener('keydown', (event) => {
  const buttons = [...list.querySelectorAll('button')];
  const current = buttons.indexOf(event.target);
  const steps = { ArrowUp: current - 1, ArrowDown: current + 1, Home: 0, End: buttons.length - 1 };
  const next = buttons[steps[event.key]];
  if (!next) return;
  event.preventDefault();
  event.target.setAttribute('tabindex', '-1');
  next.setAttribute('tabindex', '0');
  next.focus();
});

list.addEventListener('click', (event) => {
  const row = event.target.closest('.wire-explain')?.closest('li');
  if (row) explainer.explain(entryOf.get(row).data);
});

pause.addEventListener('click', () => {
  frozen = frozen ? null : [...wire.entries];
  pause.textContent = frozen ? 'Resume' : 'Pause';
  said.textContent = frozen ? 'Paused.' : '';
  schedule();
});

clear.addEventListener('click', () => {
  if (frozen) frozen = [];
  wire.clear();
});

copy.addEventListener('click', async () => {
  const frames = visibleEntries().filter((entry) => entry.direction);
  const isCopied = await copyText(frames.map(frameLine).join('\n'));
  said.textContent = isCopied
    ? `Copied: ${frames.length} frames.`
    : "The browser didn't allow copying.";
});

heartbeats.addEventListener('change', redraw);
wire.addEventListener('entry', schedule);
schedule();

function createButton(className, label) {
  const classes = `btn btn-sm btn-outline-secondary ${className}`;
  return element('button', { type: 'button', class: classes }, label);
}

/** A client of duo.html has less room: the lesson's list gets a maximum height, and scrolls. */
function makeClient() {
  document.documentElement.classList.add('client');
  const messages = document.querySelector('#lstMensajes');
  if (!messages) return;
  // Lets the keyboard scroll it.
  messages.tabIndex = 0;
  followEnd(messages);
}

function createLinks() {
  const links = element('div', { class: 'wire-links' }, createTransports());
  // A client of duo.html already has others beside it.
  if (name) return links;
  const reload = parameters.get('reload');
  const href = `/shared/duo.html${reload ? `?reload=${reload}` : ''}`;
  links.append(element('a', { href }, 'Two clients side by side'));
  return links;
}

function createTransports() {
  const chosen = CHOICES.find(({ transport }) => transport === parameters.get('transport'));
  const links = CHOICES.map((choice) => {
    const link = element('a', { href: addressWith(choice.transport) }, choice.label);
    if (choice === (chosen ?? CHOICES.at(-1))) link.setAttribute('aria-current', 'true');
    return element('li', {}, link);
  });
  return element(
    'nav',
    { class: 'wire-transports', 'aria-labelledby': 'ttlTransports' },
    element('span', { id: 'ttlTransports' }, 'Transport'),
    element('ul', { role: 'list' }, ...links),
  );
}

/** The address of this page with another transport. */
function addressWith(transport) {
  const changed = new URLSearchParams(parameters);
  if (transport) changed.set('transport', transport);
  else changed.delete('transport');
  return changed.size > 0 ? `?${changed}` : location.pathname;
}
