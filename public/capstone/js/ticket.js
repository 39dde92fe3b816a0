// The phone's page: takes a ticket, and watches for its turn.
import { listar, nuevoId, pedir, socket } from '/js/conexion.js';

const secPedir = document.querySelector('#secPedir');
const btnPedir = document.querySelector('#btnPedir');
const secTicket = document.querySelector('#secTicket');
const lblNumero = document.querySelector('#lblNumero');
const lblTurno = document.querySelector('#lblTurno');
const btnOtro = document.querySelector('#btnOtro');
const lblError = document.querySelector('#lblError');
const lstUltimos = document.querySelector('#lstUltimos');

// The phone remembers the id of its request, so that it finds its ticket again after a reload.
const STORED = 'capstone-ticket';
const TITLE = document.title;

let ticket = null;
let ultimos = [];

async function take(id) {
  localStorage.setItem(STORED, id);
  try {
    ticket = await pedir('pedir-ticket', { id });
    lblError.textContent = '';
  } catch (error) {
    lblError.textContent = error.message;
  }
  show();
}

function show() {
  const hadFocus = [btnPedir, btnOtro].includes(document.activeElement);
  secPedir.hidden = ticket !== null;
  secTicket.hidden = ticket === null;
  document.title = ticket === null ? TITLE : `${ticket.numero} · ${TITLE}`;
  // The button that was pressed is gone.
  if (hadFocus) (ticket === null ? btnPedir : secTicket).focus();
  if (ticket === null) return;
  const isCalled = ticket.escritorio !== null;
  lblNumero.textContent = ticket.numero;
  setText(lblTurno, isCalled ? `It's your turn: go to ${ticket.escritorio}.` : before());
  secTicket.classList.toggle('llamado', isCalled);
  btnOtro.hidden = !isCalled;
}

// Tickets are called in the order of their numbers, and no number is left out.
function before() {
  const others = ticket.numero - (ultimos[0]?.numero ?? 0) - 1;
  if (others === 0) return "You're next.";
  return others === 1 ? '1 person is before you.' : `${others} people are before you.`;
}

// A screen reader reads a text aloud when it changes, even into the same.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

socket.on('cola', (cola) => {
  ({ ultimos } = cola);
  listar(lstUltimos, ultimos, ({ numero }) => numero === ticket?.numero);
  if (ticket === null) return;
  const call = ultimos.find(({ numero }) => numero === ticket.numero);
  if (call) ticket = call;
  // Its call isn't among the last ones any more.
  else if (ticket.escritorio === null && ultimos[0]?.numero > ticket.numero) take(localStorage.getItem(STORED));
  show();
});

socket.on('connect', () => {
  const id = localStorage.getItem(STORED);
  if (id !== null) take(id);
});

btnPedir.addEventListener('click', () => {
  // If the last request wasn't answered, this is the same one.
  take(localStorage.getItem(STORED) ?? nuevoId());
});

btnOtro.addEventListener('click', () => {
  localStorage.removeItem(STORED);
  ticket = null;
  show();
});
