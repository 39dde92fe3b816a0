// The wall screen: the newest call, those before it, and how many wait.
import { listar, socket } from '/js/conexion.js';

const secActual = document.querySelector('#secActual');
const lblTicket = document.querySelector('#lblTicket');
const lblNumero = document.querySelector('#lblNumero');
const lblEscritorio = document.querySelector('#lblEscritorio');
const lstUltimos = document.querySelector('#lstUltimos');
const lblWeb = document.querySelector('#lblWeb');
const txtWeb = document.querySelector('#txtWeb');

// Once a second: flashes that are faster can be dangerous.
const FLASHES = { duration: 1_000, iterations: 4 };
const isCalm = matchMedia('(prefers-reduced-motion: reduce)');

// The newest number that was shown. The first state isn't news.
let shown = null;

socket.on('cola', ({ ultimos }) => {
  const [newest, ...others] = ultimos;
  const last = shown ?? newest?.numero ?? 0;
  const isNew = ({ numero }) => numero > last;
  listar(lstUltimos, others, isNew);
  shown = Math.max(last, newest?.numero ?? 0);
  // A screen reader reads what has changed.
  if (!newest || lblNumero.textContent === String(newest.numero)) return;
  lblTicket.hidden = false;
  lblNumero.textContent = newest.numero;
  lblEscritorio.textContent = newest.escritorio;
  if (!isNew(newest)) return;
  secActual.dataset.llamada = newest.numero;
  if (!isCalm.matches) {
    const { color, backgroundColor } = getComputedStyle(secActual);
    secActual.animate([{}, { color: backgroundColor, backgroundColor: color }, {}], FLASHES);
  }
});

// An address of this machine itself is of no use to a phone.
if (!['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)) {
  txtWeb.textContent = location.host;
  lblWeb.hidden = false;
}
