const lblOnline = document.querySelector('#lblOnline');
const lblOffline = document.querySelector('#lblOffline');
const frmMensaje = document.querySelector('#frmMensaje');
const txtMensaje = document.querySelector('#txtMensaje');
const lblRespuesta = document.querySelector('#lblRespuesta');
const lstMensajes = document.querySelector('#lstMensajes');

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

socket.on('enviar-mensaje', (payload) => {
  console.log(payload);
  const item = document.createElement('li');
  item.textContent = payload.mensaje;
  lstMensajes.append(item);
});

frmMensaje.addEventListener('submit', (event) => {
  event.preventDefault();
  const mensaje = txtMensaje.value.trim();
  if (mensaje === '') return;

  const payload = { mensaje, id: '123', fecha: new Date().getTime() };
  socket.emit('enviar-mensaje', payload, (answer) => {
    console.log('Desde el server', answer);
    lblRespuesta.textContent = JSON.stringify(answer);
  });
  txtMensaje.value = '';
});
