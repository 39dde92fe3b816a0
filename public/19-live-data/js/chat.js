// @ts-check
import { followEnd } from '/shared/follow-end.js';
import { io } from '/vendor/socket.io/socket.io.esm.min.js';

import { elemento } from './elemento.js';
import { mostrarLecturas } from './lecturas.js';
import { servidor } from './servidor.js';

/** @import { Socket } from '/vendor/socket.io/socket.io.esm.min.js' */
/** @import { AlServidor, DelServidor, Firmado } from './eventos.js' */

const lblOnline = elemento('lblOnline', HTMLElement);
const lblOffline = elemento('lblOffline', HTMLElement);
const lblError = elemento('lblError', HTMLElement);
const frmEntrar = elemento('frmEntrar', HTMLFormElement);
const txtNombre = elemento('txtNombre', HTMLInputElement);
const secChat = elemento('secChat', HTMLElement);
const lstPersonas = elemento('lstPersonas', HTMLElement);
const lstSalas = elemento('lstSalas', HTMLElement);
const lstMensajes = elemento('lstMensajes', HTMLElement);
const frmMensaje = elemento('frmMensaje', HTMLFormElement);
const selPara = elemento('selPara', HTMLSelectElement);
const txtMensaje = elemento('txtMensaje', HTMLInputElement);

const AVISOS = { entra: 'comes in', sale: 'leaves', vuelve: 'is back' };

// What this page says about itself. Without a name there's no connection.
const auth = { nombre: '', secreto: '', vuelve: false };

/** @type {Socket<DelServidor, AlServidor>} */
const socket = io(servidor, { autoConnect: false, auth });

let enviados = 0;

// Only this tab knows it, also after a reload. The server lets nobody else have the name.
auth.secreto = sessionStorage.getItem('secreto') ?? crypto.getRandomValues(new Uint32Array(4)).join('-');
sessionStorage.setItem('secreto', auth.secreto);

// Everyone who is here, and the people in each room that this page has joined.
let personas = [];
const miembros = new Map();

followEnd(lstMensajes);
mostrarLecturas(socket);
const parametros = new URLSearchParams(location.search);
txtNombre.value = parametros.get('name') ?? '';
if (parametros.has('room')) miembros.set(parametros.get('room'), []);

socket.on('connect', () => {
  lblOffline.hidden = true;
  lblOnline.hidden = false;
  auth.vuelve = true;
  mostrarChat(true);
  socket.emit('salas', (answer) => {
    lstSalas.replaceChildren(...answer.salas.map(entrada));
    pintar();
  });
  for (const sala of miembros.keys()) unirse(sala);
});

socket.on('connect_error', (error) => {
  // If the network fails, the client tries again by itself. If the server refuses, it doesn't.
  if (socket.active) return;
  mostrarChat(false);
  lblError.textContent = error.message;
});

socket.on('disconnect', (reason) => {
  lblOnline.hidden = true;
  lblOffline.hidden = false;
  if (reason !== 'io server disconnect') return;
  mostrarChat(false);
  lblError.textContent = 'You have entered on another page.';
});

// The list of a room has its name as well.
socket.on('personas', (nombres, sala) => {
  if (sala === undefined) personas = nombres;
  else if (nombres.includes(auth.nombre)) miembros.set(sala, nombres);
  // An admin has emptied the room.
  else miembros.delete(sala);
  pintar();
});

socket.on('aviso', (aviso) => {
  const item = document.createElement('p');
  item.className = 'aviso';
  item.textContent = `${aviso.nombre} ${AVISOS[aviso.tipo]}`;
  lstMensajes.append(item);
});

socket.on('enviar-mensaje', (payload) => {
  lstMensajes.append(burbuja(payload, 'mensaje'));
});

socket.on('mensaje-privado', (payload) => {
  lstMensajes.append(burbuja({ ...payload, para: 'you' }, 'mensaje'));
});

frmEntrar.addEventListener('submit', (event) => {
  event.preventDefault();
  auth.nombre = txtNombre.value.trim();
  auth.vuelve = false;
  socket.connect();
});

frmMensaje.addEventListener('submit', (event) => {
  event.preventDefault();
  const mensaje = txtMensaje.value.trim();
  if (mensaje === '') return;

  enviados += 1;
  const { sala, para } = selPara.selectedOptions[0].dataset;
  const payload = { sala, mensaje, id: String(enviados), fecha: Date.now() };
  const item = burbuja({ de: auth.nombre, para, ...payload }, 'mensaje mio');
  lstMensajes.append(item);
  const callback = (answer) => {
    if (answer.error) item.append(` (not sent: ${answer.error})`);
  };
  if (para) socket.emit('mensaje-privado', { ...payload, para }, callback);
  else socket.emit('enviar-mensaje', payload, callback);
  txtMensaje.value = '';
});

function mostrarChat(dentro) {
  lblError.textContent = '';
  if (secChat.hidden !== dentro) return;
  frmEntrar.hidden = dentro;
  secChat.hidden = !dentro;
  (dentro ? txtMensaje : txtNombre).focus();
}

function unirse(sala) {
  socket.emit('unirse', { sala }, (answer) => {
    if (!answer.error) return;
    lblError.textContent = `${sala}: ${answer.error}`;
    miembros.delete(sala);
    pintar();
  });
}

function salir(sala) {
  socket.emit('salir', { sala }, () => {
    miembros.delete(sala);
    pintar();
  });
}

// Shows who is here, the rooms, and to whom a message can go.
function pintar() {
  const items = personas.map((persona) => {
    const item = document.createElement('li');
    item.textContent = persona;
    item.classList.toggle('yo', persona === auth.nombre);
    return item;
  });
  lstPersonas.replaceChildren(...items);

  for (const item of lstSalas.querySelectorAll('li')) {
    const [boton, texto] = item.children;
    const { sala } = item.dataset;
    boton.setAttribute('aria-pressed', String(miembros.has(sala)));
    texto.textContent = miembros.get(sala)?.join(', ') ?? '';
  }

  const elegida = selPara.selectedOptions[0];
  const otras = personas.filter((persona) => persona !== auth.nombre);
  selPara.replaceChildren(
    new Option('Everyone', ''),
    ...[...miembros.keys()].map((sala) => opcion(`Room: ${sala}`, { sala })),
    ...otras.map((para) => opcion(`Private: ${para}`, { para })),
  );
  // If the chosen person has left, the message isn't sent to everyone instead.
  if (elegida && ![...selPara.options].some((option) => option.value === elegida.value)) selPara.append(elegida);
  selPara.value = elegida?.value ?? '';
}

// A room's entry in the list: a button to join and leave it, and its people.
function entrada(sala) {
  const item = document.createElement('li');
  item.dataset.sala = sala;
  const boton = document.createElement('button');
  boton.type = 'button';
  boton.className = 'btn btn-sm btn-outline-secondary';
  boton.textContent = sala;
  boton.addEventListener('click', () => (miembros.has(sala) ? salir(sala) : unirse(sala)));
  item.append(boton, document.createElement('span'));
  return item;
}

function opcion(texto, destino) {
  const option = new Option(texto, texto);
  Object.assign(option.dataset, destino);
  return option;
}

/**
 * @param {Firmado & { para?: string }} mensaje
 * @param {string} clase
 */
function burbuja({ de, mensaje, fecha, sala, para }, clase) {
  const item = document.createElement('p');
  item.className = clase;
  item.classList.toggle('privado', para !== undefined);
  const autor = document.createElement('b');
  const donde = sala ?? para;
  autor.textContent = donde === undefined ? de : `${de} → ${donde}`;
  const hora = document.createElement('small');
  hora.textContent = new Date(fecha).toLocaleTimeString();
  const texto = document.createElement('span');
  texto.dir = 'auto';
  texto.textContent = mensaje;
  item.append(autor, hora, texto);
  return item;
}
