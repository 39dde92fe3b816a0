const lblOnline = document.querySelector('#lblOnline');
const lblOffline = document.querySelector('#lblOffline');
const frmMensaje = document.querySelector('#frmMensaje');
const txtMensaje = document.querySelector('#txtMensaje');
const lstMensajes = document.querySelector('#lstMensajes');

const socket = io();

socket.on('connect', () => {
  lblOffline.hidden = true;
  lblOnline.hidden = false;
});

socket.on('disconnect', () => {
  lblOnline.hidden = true;
  lblOffline.hidden = false;
});

socket.on('nuevo mensaje', (mensaje) => {
  const item = document.createElement('li');
  item.textContent = mensaje;
  lstMensajes.append(item);
});

frmMensaje.addEventListener('submit', (event) => {
  event.preventDefault();
  const mensaje = txtMensaje.value.trim();
  if (mensaje === '') return;

  socket.emit('nuevo mensaje', mensaje);
  txtMensaje.value = '';
});
