const lblOnline = document.querySelector('#lblOnline');
const lblOffline = document.querySelector('#lblOffline');
const lblError = document.querySelector('#lblError');
const frmToken = document.querySelector('#frmToken');
const txtToken = document.querySelector('#txtToken');
const secCifras = document.querySelector('#secCifras');
const ttlCifras = document.querySelector('#ttlCifras');
const numClientes = document.querySelector('#numClientes');
const tblSalas = document.querySelector('#tblSalas');
const ttlMensajes = document.querySelector('#ttlMensajes');
const linMensajes = document.querySelector('#linMensajes');
const txtMensajes = document.querySelector('#txtMensajes');

// How many seconds the chart shows.
const SEGUNDOS = 60;

const socket = io('/admin', { autoConnect: false });

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
  lblError.textContent = error.message;
});

socket.on('disconnect', () => {
  lblOnline.hidden = true;
  lblOffline.hidden = false;
});

socket.on('cifras', (cifras) => {
  numClientes.textContent = cifras.clientes;
  for (const [sala, personas] of Object.entries(cifras.salas)) {
    fila(sala).cells[1].textContent = personas;
  }
  mensajes.push(cifras.mensajes);
  if (mensajes.length > SEGUNDOS) mensajes.shift();
  dibujar();
});

frmToken.addEventListener('submit', (event) => {
  event.preventDefault();
  socket.auth = { token: txtToken.value };
  socket.connect();
});

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
