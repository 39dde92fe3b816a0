/*
 * A switch that cuts and restores one page's network, to study what a client does.
 *
 * It's for the clients of duo.html, the pages with a name (`/?name=ana`); on any other page it does
 * nothing. It's loaded before the official client, which keeps a reference to `WebSocket`.
 *
 * A cut closes the page's WebSockets and aborts its requests, without a closing packet of Engine.IO
 * or Socket.IO. Until the network is restored, nothing leaves the page: each attempt fails as it
 * does without a network. Nothing else tells the client; it reacts by itself.
 *
 * It differs from an unplugged cable in one way. A page can't close a WebSocket without WebSocket's
 * own closing handshake, so both sides notice immediately. Over long-polling, the server notices as
 * with a cable: when a heartbeat isn't answered.
 */
(() => {
  'use strict';

  if (!new URLSearchParams(location.search).has('name')) return;

  /** The page's connections, each with the function that ends it. */
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

  /** A WebSocket, as the client sees it when it can't reach the server. */
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

    /** As after a network error: the request is done, without a status. */
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
