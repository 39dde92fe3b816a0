// @ts-check
import { io } from '/vendor/socket.io/socket.io.esm.min.js';

import { elemento } from './elemento.js';
import { servidor } from './servidor.js';

/** @import { Socket } from '/vendor/socket.io/socket.io.esm.min.js' */
/** @import { AlAdmin, DelAdmin } from './eventos.js' */

const lblOnline = elemento('lblOnline', HTMLElement);
const lblOffline = elemento('lblOffline', HTMLElement);
const lblError = elemento('lblError', HTMLElement);
const frmToken = elemento('frmToken', HTMLFormElement);
const txtToken = elemento('txtToken', HTMLInputElement);
const secCifras = elemento('secCifras', HTMLElement);
const ttlCifras = elemento('ttlCifras', HTMLElement);
const numClientes = elemento('numClientes', HTMLElement);
const tblSalas = elemento('tblSalas', HTMLTableSectionElement);
const ttlMensajes = elemento('ttlMensajes', SVGTitleElement);
const linMensajes = elemento('linMensajes', SVGPolylineElement);
const txtMensajes = elemento('txtMensajes', HTMLElement);

// How many seconds the chart shows.
const SEGUNDOS = 60;

/** @type {Socket<DelAdmin, AlAdmin>} */
const socket = io(`${servidor}/admin`, { withCredentials: true });

// Whether somebody has sent the form. Before that, the page only tries whether there's a cookie.
let enviado = false;

// The messages of each of the last seconds.
const mensajes = [];

socket.on('connect', () => {
  lblOffline.hidden = true;
  lblOnline.hidden = false;
  mostrarCifras(true);
});

socket.on('connect_error', (error) => {
  // If the network fails, the client tries again by itself. If the server refuses, it doesn't.
  if (socket.active) return;
  mostrarCifras(false);
  if (enviado) lblError.textContent = error.message;
});

socket.on('disconnect', () => {
  lblOnline.hidden = true;
  lblOffline.hidden = false;
});

socket.on('cifras', (cifras) => {
  numClientes.textContent = String(cifras.clientes);
  for (const [sala, personas] of Object.entries(cifras.salas)) {
    fila(sala).cells[1].textContent = String(personas);
  }
  mensajes.push(cifras.mensajes);
  if (mensajes.length > SEGUNDOS) mensajes.shift();
  dibujar();
});

frmToken.addEventListener('submit', async (event) => {
  event.preventDefault();
  enviado = true;
  lblError.textContent = await entrar(txtToken.value);
  if (lblError.textContent === '') socket.connect();
});

// Trades the token for a cookie. Returns what went wrong, if anything.
async function entrar(token) {
  try {
    const login = `${servidor}/admin/login`;
    const response = await fetch(login, { method: 'POST', body: token, credentials: 'include' });
    return response.ok ? '' : response.text();
  } catch {
    return "The server can't be reached.";
  }
}

function mostrarCifras(dentro) {
  lblError.textContent = '';
  if (secCifras.hidden !== dentro) return;
  frmToken.hidden = dentro;
  secCifras.hidden = !dentro;
  (dentro ? ttlCifras : txtToken).focus();
}

// A room's row. It's made once, so that its button keeps the focus.
function fila(sala) {
  const hay = [...tblSalas.rows].find((row) => row.dataset.sala === sala);
  if (hay) return hay;

  const row = tblSalas.insertRow();
  row.dataset.sala = sala;
  const nombre = document.createElement('th');
  nombre.scope = 'row';
  nombre.textContent = sala;
  const boton = document.createElement('button');
  boton.className = 'btn btn-sm btn-outline-danger';
  boton.textContent = `Empty ${sala}`;
  boton.addEventListener('click', () => {
    socket.emit('vaciar', { sala }, (answer) => {
      lblError.textContent = answer.error ?? '';
    });
  });
  row.append(nombre);
  row.insertCell();
  row.insertCell().append(boton);
  return row;
}

function dibujar() {
  const maximo = Math.max(...mensajes);
  const y = (valor) => 19 - (valor / (maximo || 1)) * 18;
  // The newest value is at the right edge.
  const x = (indice) => SEGUNDOS - mensajes.length + indice + 0.5;
  linMensajes.setAttribute('points', mensajes.map((valor, indice) => `${x(indice)},${y(valor)}`).join(' '));
  txtMensajes.textContent = `Now ${mensajes.at(-1)}, at most ${maximo} in the last minute`;
  ttlMensajes.textContent = `Messages per second, as a line. ${txtMensajes.textContent}`;
}
