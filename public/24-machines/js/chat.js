import { followEnd } from '/shared/follow-end.js';

const lblOnline = document.querySelector('#lblOnline');
const lblOffline = document.querySelector('#lblOffline');
const lblError = document.querySelector('#lblError');
const frmEntrar = document.querySelector('#frmEntrar');
const txtNombre = document.querySelector('#txtNombre');
const secChat = document.querySelector('#secChat');
const lstPersonas = document.querySelector('#lstPersonas');
const lstSalas = document.querySelector('#lstSalas');
const lstMensajes = document.querySelector('#lstMensajes');
const frmMensaje = document.querySelector('#frmMensaje');
const selPara = document.querySelector('#selPara');
const txtMensaje = document.querySelector('#txtMensaje');

const AVISOS = { entra: 'comes in', sale: 'leaves', vuelve: 'is back' };

// Without a name there's no connection. What isn't answered is sent again, until it is: one event after the other.
const socket = io({ autoConnect: false, auth: {}, retries: Infinity, ackTimeout: 5000 });

// The name under which this page is in the chat, or wants to be.
let nombre = '';

// Unlike `crypto.randomUUID()`, this works on a page without https, too: on a phone in the same network.
const aleatorio = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

// nginx brings all requests with the same key to the same process.
socket.io.opts.query = { key: aleatorio() };

// Only this tab knows it, also after a reload. The server lets nobody else have the name.
const secreto = sessionStorage.getItem('secreto') ?? aleatorio();
sessionStorage.setItem('secreto', secreto);

// This page's messages to everyone that haven't come back yet, and the ids of messages that may come twice.
const pendientes = new Map();
const vistos = new Set();

// Everyone who is here, and the people in each room that this page has joined.
let personas = [];
const miembros = new Map();

followEnd(lstMensajes);
const parametros = new URLSearchParams(location.search);
txtNombre.value = parametros.get('name') ?? '';
if (parametros.has('room')) miembros.set(parametros.get('room'), []);

socket.on('connect', () => {
  lblOffline.hidden = true;
  lblOnline.hidden = false;
  socket.auth.vuelve = true;
  // From now on, the server sends what this page has missed.
  socket.auth.desde ??= 0;
  mostrarChat(true);
  socket.emit('salas', (error, answer) => {
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
  lblError.textContent = 'You have entered on another page, or the server has ended the connection.';
});

// The list of a room has its name as well.
socket.on('personas', (nombres, sala) => {
  if (sala === undefined) personas = nombres;
  else miembros.set(sala, nombres);
  pintar();
});

socket.on('aviso', (aviso) => {
  const item = document.createElement('p');
  item.className = 'aviso';
  item.textContent = `${aviso.nombre} ${AVISOS[aviso.tipo]}`;
  lstMensajes.append(item);
});

socket.on('enviar-mensaje', (mensaje) => {
  // The page has read too slowly, and missed some. The server sends them when the page comes back.
  if (mensaje.numero && mensaje.numero !== socket.auth.desde + 1) socket.disconnect().connect();
  else mostrar(mensaje);
});

socket.on('historial', (mensajes) => mensajes.forEach(mostrar));

socket.on('mensaje-privado', (payload) => mostrar({ ...payload, para: 'you' }));

frmEntrar.addEventListener('submit', (event) => {
  event.preventDefault();
  nombre = txtNombre.value.trim();
  socket.auth = { nombre, secreto, desde: socket.auth.desde };
  socket.connect();
});

frmMensaje.addEventListener('submit', (event) => {
  event.preventDefault();
  const mensaje = txtMensaje.value.trim();
  if (mensaje === '') return;

  const payload = { ...selPara.selectedOptions[0].dataset, mensaje, id: aleatorio(), fecha: Date.now() };
  const item = burbuja({ de: nombre, ...payload }, 'mensaje mio');
  lstMensajes.append(item);
  // A message to everyone comes back with its number, and moves to its place then.
  if (!payload.sala && !payload.para) pendientes.set(payload.id, item);
  item.classList.toggle('pendiente', pendientes.has(payload.id));
  socket.emit(payload.para ? 'mensaje-privado' : 'enviar-mensaje', payload, (error, answer) => {
    if (!answer.error) return;
    item.classList.remove('pendiente');
    item.append(` (not sent: ${answer.error})`);
  });
  txtMensaje.value = '';
});

// Only messages to everyone are numbered. The others come twice if only the answer to their sender was lost.
function mostrar(mensaje) {
  if (mensaje.numero) socket.auth.desde = mensaje.numero;
  else if (vistos.has(mensaje.id)) return;
  vistos.add(mensaje.id);
  if (mensaje.de === nombre) pendientes.get(mensaje.id)?.remove();
  lstMensajes.append(burbuja(mensaje, mensaje.de === nombre ? 'mensaje mio' : 'mensaje'));
}

function mostrarChat(dentro) {
  lblError.textContent = '';
  if (secChat.hidden !== dentro) return;
  frmEntrar.hidden = dentro;
  secChat.hidden = !dentro;
  (dentro ? txtMensaje : txtNombre).focus();
}

function unirse(sala) {
  socket.emit('unirse', { sala }, (error, answer) => {
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
    item.classList.toggle('yo', persona === nombre);
    return item;
  });
  lstPersonas.replaceChildren(...items);

  for (const item of lstSalas.children) {
    const [boton, texto] = item.children;
    const { sala } = item.dataset;
    boton.setAttribute('aria-pressed', miembros.has(sala));
    texto.textContent = miembros.get(sala)?.join(', ') ?? '';
  }

  const elegida = selPara.selectedOptions[0];
  const otras = personas.filter((persona) => persona !== nombre);
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

function burbuja({ de, mensaje, fecha, sala, para }, clase) {
  const item = document.createElement('p');
  item.className = clase;
  item.classList.toggle('privado', para !== undefined);
  const autor = document.createElement('b');
  const donde = sala ?? para;
  autor.textContent = donde === undefined ? de : `${de} → ${donde}`;
  const hora = document.createElement('small');
  // With the day, since a message may be an old one.
  hora.textContent = new Date(fecha).toLocaleString([], { dateStyle: 'short', timeStyle: 'short' });
  const texto = document.createElement('span');
  texto.dir = 'auto';
  texto.textContent = mensaje;
  item.append(autor, hora, texto);
  return item;
}
