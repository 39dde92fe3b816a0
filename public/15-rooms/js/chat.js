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

const socket = io();

let enviados = 0;

// The name under which this page is in the chat, or was before its connection was lost.
let nombre = '';

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
  // After a new connection the server doesn't know this page any more.
  if (nombre !== '') entrar({ nombre, vuelve: true });
});

socket.on('disconnect', () => {
  lblOnline.hidden = true;
  lblOffline.hidden = false;
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

socket.on('enviar-mensaje', (payload) => {
  lstMensajes.append(burbuja(payload, 'mensaje'));
});

socket.on('mensaje-privado', (payload) => {
  lstMensajes.append(burbuja({ ...payload, para: 'you' }, 'mensaje'));
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
  const payload = { ...selPara.selectedOptions[0].dataset, mensaje, id: String(enviados), fecha: Date.now() };
  const item = burbuja({ de: nombre, ...payload }, 'mensaje mio');
  lstMensajes.append(item);
  socket.emit(payload.para ? 'mensaje-privado' : 'enviar-mensaje', payload, (answer) => {
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
    if (nombre === '') return;
    socket.emit('salas', (answer) => {
      lstSalas.replaceChildren(...answer.salas.map(entrada));
      pintar();
    });
    for (const sala of miembros.keys()) unirse(sala);
  });
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
  hora.textContent = new Date(fecha).toLocaleTimeString();
  const texto = document.createElement('span');
  texto.dir = 'auto';
  texto.textContent = mensaje;
  item.append(autor, hora, texto);
  return item;
}
