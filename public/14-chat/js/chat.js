import { followEnd } from '/shared/follow-end.js';

const lblOnline = document.querySelector('#lblOnline');
const lblOffline = document.querySelector('#lblOffline');
const lblError = document.querySelector('#lblError');
const frmEntrar = document.querySelector('#frmEntrar');
const txtNombre = document.querySelector('#txtNombre');
const secChat = document.querySelector('#secChat');
const lstPersonas = document.querySelector('#lstPersonas');
const lstMensajes = document.querySelector('#lstMensajes');
const frmMensaje = document.querySelector('#frmMensaje');
const txtMensaje = document.querySelector('#txtMensaje');

const AVISOS = { entra: 'comes in', sale: 'leaves', vuelve: 'is back' };

const socket = io();

let enviados = 0;

// The name under which this page is in the chat, or was before its connection was lost.
let nombre = '';

followEnd(lstMensajes);
txtNombre.value = new URLSearchParams(location.search).get('name') ?? '';

socket.on('connect', () => {
  lblOffline.hidden = true;
  lblOnline.hidden = false;
  // After a new connection the server doesn't know this page any more.
  if (nombre !== '') entrar({ nombre, vuelve: true });
});

socket.on('disconnect', () => {
  lblOnline.hidden = true;
  lblOffline.hidden = false;
});

socket.on('personas', (personas) => {
  const items = personas.map((persona) => {
    const item = document.createElement('li');
    item.textContent = persona;
    item.classList.toggle('yo', persona === nombre);
    return item;
  });
  lstPersonas.replaceChildren(...items);
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

frmEntrar.addEventListener('submit', (event) => {
  event.preventDefault();
  entrar({ nombre: txtNombre.value.trim() });
});

frmMensaje.addEventListener('submit', (event) => {
  event.preventDefault();
  const mensaje = txtMensaje.value.trim();
  if (mensaje === '') return;

  enviados += 1;
  const payload = { mensaje, id: String(enviados), fecha: Date.now() };
  const item = burbuja({ de: nombre, ...payload }, 'mensaje mio');
  lstMensajes.append(item);
  socket.emit('enviar-mensaje', payload, (answer) => {
    if (answer.error) item.append(` (not sent: ${answer.error})`);
  });
  txtMensaje.value = '';
});

function entrar(payload) {
  socket.emit('entrar', payload, (answer) => {
    lblError.textContent = answer.error ?? '';
    // Also when the name is taken after a new connection: then another one has to be chosen.
    nombre = answer.error ? '' : payload.nombre;
    frmEntrar.hidden = nombre !== '';
    secChat.hidden = nombre === '';
    (nombre === '' ? txtNombre : txtMensaje).focus();
  });
}

function burbuja({ de, mensaje, fecha }, clase) {
  const item = document.createElement('p');
  item.className = clase;
  const autor = document.createElement('b');
  autor.textContent = de;
  const hora = document.createElement('small');
  hora.textContent = new Date(fecha).toLocaleTimeString();
  const texto = document.createElement('span');
  texto.dir = 'auto';
  texto.textContent = mensaje;
  item.append(autor, hora, texto);
  return item;
}
