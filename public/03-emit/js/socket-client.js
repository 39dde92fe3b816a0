const lblOnline = document.querySelector('#lblOnline');
const lblOffline = document.querySelector('#lblOffline');
const frmMensaje = document.querySelector('#frmMensaje');
const txtMensaje = document.querySelector('#txtMensaje');

const socket = io();

socket.on('connect', () => {
  console.log('Conectado');
  lblOffline.hidden = true;
  lblOnline.hidden = false;
});

socket.on('disconnect', () => {
  console.log('Desconectado del servidor');
  lblOnline.hidden = true;
  lblOffline.hidden = false;
});

frmMensaje.addEventListener('submit', (event) => {
  event.preventDefault();
  const mensaje = txtMensaje.value.trim();
  if (mensaje === '') return;

  const payload = { mensaje, id: '123', fecha: new Date().getTime() };
  socket.emit('enviar-mensaje', payload);
  txtMensaje.value = '';
});
