// @ts-check
import { elemento } from './elemento.js';

/** @import { Socket } from '/vendor/socket.io/socket.io.esm.min.js' */
/** @import { AlServidor, DelServidor } from './eventos.js' */

const lblAlarma = elemento('lblAlarma', HTMLElement);
const txtLectura = elemento('txtLectura', HTMLElement);
const ttlLecturas = elemento('ttlLecturas', SVGTitleElement);
const linLecturas = elemento('linLecturas', SVGPolylineElement);
const txtMinuto = elemento('txtMinuto', HTMLElement);

// How many seconds the chart shows.
const SEGUNDOS = 60;

// The temperatures of the last minute, each with the second in which it arrived.
let valores = [];

/**
 * Shows the readings that arrive here.
 *
 * @param {Socket<DelServidor, AlServidor>} socket
 */
export function mostrarLecturas(socket) {
  socket.on('lectura', ({ valor, alarma }) => {
    valores.push({ valor, llegada: segundo() });
    txtLectura.textContent = `${valor} °C`;
    const aviso = alarma ? 'Alarm: the temperature is too high.' : '';
    // A screen reader would read the same text again.
    if (lblAlarma.textContent !== aviso) lblAlarma.textContent = aviso;
  });
  // However many readings arrive, and also if none does: the line moves on.
  setInterval(dibujar, 1_000);
}

function segundo() {
  return performance.now() / 1_000;
}

function dibujar() {
  const ahora = segundo();
  valores = valores.filter(({ llegada }) => ahora - llegada < SEGUNDOS);
  if (valores.length === 0) {
    linLecturas.setAttribute('points', '');
    txtMinuto.textContent = 'No reading in the last minute';
  } else {
    const maximo = Math.max(...valores.map(({ valor }) => valor));
    const minimo = Math.min(...valores.map(({ valor }) => valor));
    const y = (valor) => 19 - ((valor - minimo) / (maximo - minimo || 1)) * 18;
    const puntos = valores.map(({ valor, llegada }) => `${SEGUNDOS - (ahora - llegada)},${y(valor)}`);
    // The last temperature holds until now.
    puntos.push(`${SEGUNDOS},${y(valores.at(-1).valor)}`);
    linLecturas.setAttribute('points', puntos.join(' '));
    txtMinuto.textContent = `From ${minimo} to ${maximo} °C in the last minute`;
  }
  ttlLecturas.textContent = `Temperature, as a line. ${txtMinuto.textContent}`;
}
