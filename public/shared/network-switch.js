/*
 * A switch in the network of one page: it can be cut and restored, to study what a client does.
 *
 * Only for the clients of duo.html, the pages with a name (`/?name=ana`); in any other page this
 * does nothing. It is loaded before the official client, which keeps hold of `WebSocket`.
 *
 * A cut closes the WebSockets of the page and aborts its requests, with no packet of Engine.IO or
 * Socket.IO to say goodbye. Until the network is restored nothing leaves the page: each attempt
 * fails as it does without a network. The client is told nothing; what follows is its own doing.
 *
 * In one thing it is not a cable pulled out. A page cannot close a WebSocket without the closing
 * handshake of WebSocket itself, so both sides learn of it at once. Over long-polling the server
 * learns of it as from a cable: when a heartbeat goes unanswered.
 */
(() => {
  'use strict';

  if (!new URLSearchParams(location.search).has('name')) return;

  /** The connections of the page, each with what ends it. */
  const inUse = new Map();
  let isCut = false;

  window.WebSocket = new Proxy(WebSocket, {
    construct(NativeWebSocket, args) {
      if (isCut) return new UnreachableWebSocket();
      const socket = new NativeWebSocket(...args);
      inUse.set(socket, () => socket.close());
      socket.addEventListener('close', () => inUse.delete(socket));
      return socket;
    },
  });

  /** What a WebSocket is to the client when the server cannot be reached. */
  class UnreachableWebSocket {
    readyState = WebSocket.CONNECTING;

    constructor() {
      setTimeout(() => {
        this.readyState = WebSocket.CLOSED;
        this.onerror?.(new Event('error'));
        this.onclose?.(new CloseEvent('close', { code: 1006 }));
      });
    }

    close() {}
  }

  window.XMLHttpRequest = class extends XMLHttpRequest {
    send(body) {
      if (isCut) {
        this.#fail();
        return;
      }
      inUse.set(this, () => this.abort());
      this.addEventListener('loadend', () => inUse.delete(this));
      super.send(body);
    }

    /** As on a network error: the request is done, with no status. */
    #fail() {
      Object.defineProperty(this, 'readyState', { value: XMLHttpRequest.DONE });
      setTimeout(() => {
        for (const type of ['readystatechange', 'error', 'loadend']) {
          this.dispatchEvent(new ProgressEvent(type));
        }
      });
    }
  };

  window.networkSwitch = {
    get isCut() {
      return isCut;
    },
    cut() {
      isCut = true;
      for (const end of [...inUse.values()]) end();
    },
    restore() {
      isCut = false;
    },
  };
})();
