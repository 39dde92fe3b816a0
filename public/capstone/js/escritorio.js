// A desk's page: calls the next ticket.
import { listar, nuevoId, pedir, socket } from '/js/conexion.js';

const ttlEscritorio = document.querySelector('#ttlEscritorio');
const frmEscritorio = document.querySelector('#frmEscritorio');
const txtEscritorio = document.querySelector('#txtEscritorio');
const secEscritorio = document.querySelector('#secEscritorio');
const lblNumero = document.querySelector('#lblNumero');
const btnAtender = document.querySelector('#btnAtender');
const btnCambiar = document.querySelector('#btnCambiar');
const lblError = document.querySelector('#lblError');
const lstUltimos = document.querySelector('#lstUltimos');

// Each tab is a desk of its own, which remembers its name and its last call.
const NAME = 'capstone-escritorio';
const CALL = 'capstone-llamada';
const TITLE = ttlEscritorio.textContent;

// The call that wasn't answered yet.
let unanswered = null;

function open(name) {
  sessionStorage.setItem(NAME, name);
  ttlEscritorio.textContent = name || TITLE;
  frmEscritorio.hidden = name !== '';
  secEscritorio.hidden = name === '';
}

async function call(id) {
  const escritorio = sessionStorage.getItem(NAME);
  sessionStorage.setItem(CALL, id);
  unanswered = id;
  try {
    const { numero } = await pedir('atender', { escritorio, id });
    lblNumero.textContent = numero;
    lblError.textContent = '';
  } catch (error) {
    lblError.textContent = error.message;
    if (error.cause === 'timeout') return;
    // Nobody was called, so there's nothing to repeat.
    sessionStorage.removeItem(CALL);
  }
  unanswered = null;
}

socket.on('cola', ({ ultimos }) => listar(lstUltimos, ultimos));

socket.on('connect', () => {
  // The answer to the last call may be lost. The same call again calls nobody else.
  const id = sessionStorage.getItem(CALL);
  if (id !== null) call(id);
});

frmEscritorio.addEventListener('submit', (event) => {
  event.preventDefault();
  const name = txtEscritorio.value.trim();
  if (name === '') return;
  open(name);
  btnAtender.focus();
});

// Pressed twice, or once more without an answer, it's still one call.
btnAtender.addEventListener('click', () => call(unanswered ?? nuevoId()));

btnCambiar.addEventListener('click', () => {
  sessionStorage.removeItem(CALL);
  lblNumero.textContent = '–';
  lblError.textContent = '';
  open('');
  txtEscritorio.focus();
});

open(sessionStorage.getItem(NAME) ?? '');
