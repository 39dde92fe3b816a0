const lblOnline = document.querySelector('#lblOnline');
const lblOffline = document.querySelector('#lblOffline');

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
