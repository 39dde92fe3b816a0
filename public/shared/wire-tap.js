/*
 * Watches what the official Socket.IO client sends and receives, for the panel beside the lesson.
 *
 * Loaded between the client and the lesson's own script. It wraps `io`, since a socket must be seen
 * as it is created for its first frame to be seen, and from there on it listens to the events of the
 * client's manager and engine. What the lesson gets from `io()` is the client's own socket. A packet
 * that arrives after the client has closed the connection is one that the client drops, unseen.
 *
 * `?transport=polling` or `?transport=websocket` in the page's address leaves the client that one
 * transport; without it the client begins with long-polling and upgrades.
 *
 * What it saw is in `window.wire`, which the panel and duo.html read:
 *   entries   the last frames and notes, oldest first
 *             frame: { number, time, direction: 'sent' | 'received', transport, data }
 *                    `data` is the text of the frame, or the bytes of a binary one
 *             note:  { number, time, note, text }; `wire-panel.js` lists the notes
 *   frames    how many frames there were since the page was loaded or cleared
 *   status    how the connection is, in words
 * It sends the events `entry` and `status`.
 */
(() => {
  'use strict';

  const KEPT = 500;
  const TRANSPORTS = ['polling', 'websocket'];
  const PACKET_TYPES = { open: 0, close: 1, ping: 2, pong: 3, message: 4, upgrade: 5, noop: 6 };

  class Wire extends EventTarget {
    entries = [];
    frames = 0;
    status = '';
    #number = 0;
    #countdown = 0;

    frame(direction, transport, packet) {
      this.frames += 1;
      this.#add({ direction, transport, data: encode(packet) });
    }

    note(note, text) {
      this.#add({ note, text });
    }

    setStatus(status) {
      clearInterval(this.#countdown);
      this.#show(status);
    }

    /** Until the next status, says each second how long it is until something happens. */
    countDown(what, delay) {
      const end = Date.now() + delay;
      const show = () => this.#show(`${what} in ${seconds(Math.max(0, end - Date.now()))}`);
      clearInterval(this.#countdown);
      this.#countdown = setInterval(show, 1000);
      show();
    }

    clear() {
      this.entries = [];
      this.frames = 0;
      this.dispatchEvent(new Event('entry'));
    }

    #show(status) {
      this.status = status;
      this.dispatchEvent(new Event('status'));
    }

    #add(entry) {
      this.#number += 1;
      this.entries.push({ number: this.#number, time: Date.now(), ...entry });
      // Twice as many are let in before the oldest go, so that a flood does not move them each time.
      if (this.entries.length >= 2 * KEPT) this.entries = this.entries.slice(-KEPT);
      this.dispatchEvent(new Event('entry'));
    }
  }

  const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

  const wire = new Wire();
  window.wire = wire;

  /** The text of an Engine.IO packet, as the client writes it. Binary data crosses as it is. */
  function encode({ type, data = '' }) {
    return typeof data === 'string' ? `${PACKET_TYPES[type]}${data}` : data;
  }

  const nameOf = (transport) => (transport === 'polling' ? 'long-polling' : 'WebSocket');

  /** One engine is one connection: the manager makes a new one for each attempt. */
  function watchEngine(engine) {
    const sent = (packet) => wire.frame('sent', engine.transport.name, packet);

    engine.on('packet', (packet) => {
      if (packet.type === 'error') {
        wire.note('unreadable', 'A frame came that the client could not read');
      } else {
        wire.frame('received', engine.transport.name, packet);
      }
    });

    // A packet that is created crosses when it is flushed: during an upgrade it waits.
    let waiting = [];
    engine.on('packetCreate', (packet) => waiting.push(packet));
    engine.on('flush', () => {
      waiting.forEach(sent);
      waiting = [];
    });

    engine.on('open', () => wire.setStatus(`Connected over ${nameOf(engine.transport.name)}`));
    engine.on('upgrading', ({ name }) => {
      wire.note('upgrading', `${nameOf(name)} works: ${nameOf(engine.transport.name)} pauses`);
    });
    engine.on('upgrade', ({ name }) => {
      sent({ type: 'upgrade' });
      wire.note('upgraded', `Upgraded: everything crosses over ${nameOf(name)} now`);
      wire.setStatus(`Connected over ${nameOf(name)}`);
    });
    engine.on('upgradeError', ({ message }) => {
      wire.note('upgrade-failed', `No upgrade: ${message}`);
    });
    engine.on('close', (reason, details) => {
      // Long-polling says goodbye with a packet, which passes by the engine's other events.
      if (engine.transport.name !== 'polling') return;
      if (reason === 'forced close') sent({ type: 'close' });
      if (details?.description === 'transport closed by the server') {
        wire.frame('received', 'polling', { type: 'close' });
      }
    });
    watchProbe(engine);
  }

  /** The probe of an upgrade goes through a second transport, of which the engine says nothing yet. */
  function watchProbe(engine) {
    const createTransport = engine.createTransport;
    engine.createTransport = function (name) {
      const transport = createTransport.call(this, name);
      if (engine.readyState === 'open') {
        transport.once('open', () => wire.frame('sent', name, { type: 'ping', data: 'probe' }));
        transport.once('packet', (packet) => wire.frame('received', name, packet));
      }
      return transport;
    };
  }

  /** A manager keeps one connection to a server, and makes it anew when it is lost. */
  function watchManager(manager) {
    wire.setStatus('Connecting');
    const seen = new WeakSet();
    const watchNewEngine = () => {
      const { engine } = manager;
      if (!engine || seen.has(engine)) return;
      seen.add(engine);
      watchEngine(engine);
    };
    watchNewEngine();
    const open = manager.open;
    manager.open = function (...args) {
      open.apply(this, args);
      watchNewEngine();
      return this;
    };

    manager.on('reconnect_attempt', (attempt) => wire.setStatus(`Attempt ${attempt} under way`));
    manager.on('error', (error) => {
      if (manager.engine.readyState === 'opening') {
        wire.note('failed', `No connection: ${error.message}`);
      }
    });
    manager.on('close', (reason) => {
      wire.note('closed', `Connection closed: ${reason}`);
      wire.setStatus(`Closed: ${reason}`);
    });
    watchDelay(manager);
  }

  /** No event tells how long the client will wait; the method that it asks does. */
  function watchDelay(manager) {
    const { backoff } = manager;
    if (!backoff) return;
    const duration = backoff.duration;
    backoff.duration = function () {
      const delay = duration.call(this);
      const attempt = `Attempt ${backoff.attempts}`;
      wire.note('waiting', `${attempt} in ${seconds(delay)}`);
      wire.countDown(attempt, delay);
      return delay;
    };
  }

  if (typeof io === 'undefined') return;

  const official = window.io;
  const wanted = new URLSearchParams(location.search).get('transport');
  const forced = TRANSPORTS.includes(wanted) ? { transports: [wanted] } : {};
  const watched = new WeakSet();

  // As the client's own: io(), io(address), io(options), io(address, options).
  const tapped = (...args) => {
    const [address, options] = typeof args[0] === 'string' ? args : [undefined, args[0] ?? args[1]];
    const socket = official(address, { ...options, ...forced });
    if (!watched.has(socket.io)) {
      watched.add(socket.io);
      watchManager(socket.io);
    }
    return socket;
  };
  window.io = Object.assign(tapped, official, { io: tapped, connect: tapped });

  import('./wire-panel.js');
})();
