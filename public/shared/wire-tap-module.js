// For pages that load the client as a module: lets `wire-tap.js` watch it, before the lesson's own module runs.
import { Manager } from '/vendor/socket.io/socket.io.esm.min.js';

window.wire.watch(Manager);
