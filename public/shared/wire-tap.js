/*
 * Watches what the official Socket.IO client sends and receives, for the panel beside the lesson.
 *
 * It's loaded between the client and the lesson's own script. It wraps the method with which the
 * client's manager opens a connection, so that it notices each one before its first frame, and then
 * listens to the events of the manager and its engine. It doesn't show packets that arrive after the
 * client has closed the connection, since the client drops those.
 *
 * A page that loads the client as a module has no global `io`. There, `wire-tap-module.js` passes on
 * the client's `Manager`.
 *
 * `?transport=polling` or `?transport=websocket` in the page's address allows the client only that
 * transport; otherwise the client begins with long-polling and upgrades.
 *
 * The result is in `window.wire`, which the panel and duo.html read:
 *   entries   the last frames and notes, oldest first
 *             frame: { number, time, direction: 'sent' | 'received', transport, data }
 *                    `data` is the text of the frame, or the bytes of a binary one
 *             note:  { number, time, note, text }; `wire-panel.js` lists the notes
 *   frames    the number of frames since the page was loaded or the panel was cleared
 *   status    the state of the connection, in words
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

    /** Counts down to something, until the next status. */
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
      // Drops the oldest only after twice as many, so that a flood doesn't move them each time.
      if (this.entries.length >= 2 * KEPT) this.entries = this.entries.slice(-KEPT);
      this.dispatchEvent(new Event('entry'));
    }
  }

  const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

  const wire = new Wire();
  window.wire = wire;

  /** The text of an Engine.IO packet, as the client writes it. Binary data crosses unchanged. */
  function encode({ type, data = '' }) {
    return typeof data === 'string' ? `${PACKET_TYPES[type]}${data}` : data;
  }

  const nameOf = (transport) => (transport === 'polling' ? 'long-polling' : 'WebSocket');

  /** An engine is one connection: the manager makes a new engine for each attempt. */
  function watchEngine(engine) {
    const sent = (packet) => wire.frame('sent', engine.transport.name, packet);

    engine.on('packet', (packet) => {
      if (packet.type === 'error') {
        wire.note('unreadable', "A frame arrived that the client couldn't read");
      } else {
        wire.frame('received', engine.transport.name, packet);
      }
    });

    // A new packet crosses when it's flushed. During an upgrade, it waits.
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
      wire.note('upgraded', `Upgraded: from now on, everything crosses over ${nameOf(name)}`);
      wire.setStatus(`Connected over ${nameOf(name)}`);
    });
    engine.on('upgradeError', ({ message }) => {
      wire.note('upgrade-failed', `No upgrade: ${message}`);
    });
    engine.on('close', (reason, details) => {
      // Long-polling closes with a packet that the engine's other events don't show.
      if (engine.transport.name !== 'polling') return;
      if (reason === 'forced close') sent({ type: 'close' });
      if (details?.description === 'transport closed by the server') {
        wire.frame('received', 'polling', { type: 'close' });
      }
    });
    watchProbe(engine);
  }

  /** The probe of an upgrade uses a second transport, about which the engine has no events yet. */
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

  /** A manager keeps one connection to a server, and reconnects when it's lost. */
  function watchManager(manager) {
    wire.setStatus('Connecting');
    manager.on('reconnect_attempt', (attempt) => wire.setStatus(`Attempt ${attempt} in progress`));
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

  /** No event says how long the client will wait, so this wraps the method that decides it. */
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

  /** Watches the connections of all managers, of which the page's sockets share one or have one each. */
  wire.watch = (Manager) => {
    const wanted = new URLSearchParams(location.search).get('transport');
    const forced = TRANSPORTS.includes(wanted) ? { transports: [wanted] } : {};
    const managers = new WeakSet();
    const engines = new WeakSet();

    const { open } = Manager.prototype;
    Manager.prototype.open = function (...args) {
      Object.assign(this.opts, forced);
      open.apply(this, args);
      if (!managers.has(this)) {
        managers.add(this);
        watchManager(this);
      }
      // A manager that's already open or opening has no new engine.
      if (!engines.has(this.engine)) {
        engines.add(this.engine);
        watchEngine(this.engine);
      }
      return this;
    };
  };
  if (typeof io !== 'undefined') wire.watch(io.Manager);

  import('./wire-panel.js');
})();
