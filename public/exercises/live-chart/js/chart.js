// Draws the numbers that push.js and poll.js receive. Each way is { line, number, requests, points }:
// where it's shown, and the numbers of the last ten seconds, each with the time when it arrived.

const SECONDS = 10;
const btnPausa = document.querySelector('#btnPausa');
const ways = {};

for (const way of ['Pushed', 'Polled']) {
  ways[way] = {
    line: document.querySelector(`#lin${way}`),
    number: document.querySelector(`#num${way}`),
    requests: document.querySelector(`#req${way}`),
    points: [],
  };
}

/** Adds a number that has arrived. */
function add(way, number) {
  const { points } = ways[way];
  points.push({ time: performance.now(), number });
  draw();
}

/** Counts requests, even while the drawing is paused. */
function count(way, requests) {
  const shown = ways[way].requests;
  shown.textContent = Number(shown.textContent) + requests;
}

function draw() {
  const start = performance.now() - SECONDS * 1000;
  for (const way of Object.values(ways)) {
    // Keeps one point older than the chart, since its line reaches into the chart.
    while (way.points[1]?.time < start) way.points.shift();
  }
  if (btnPausa.getAttribute('aria-pressed') === 'true') return;

  const numbers = Object.values(ways).flatMap(({ points }) => points.map(({ number }) => number));
  const lowest = Math.min(...numbers);
  const range = Math.max(...numbers) - lowest || 1;
  const x = (time) => ((time - start) / (SECONDS * 1000)) * 100;
  const y = (number) => 48 - ((number - lowest) / range) * 46;

  for (const { line, number, points } of Object.values(ways)) {
    if (points.length === 0) continue;
    // A number is valid until the next one arrives, so the line is a staircase.
    const steps = points.map((point) => `H${x(point.time)}V${y(point.number)}`);
    line.setAttribute('d', `M${x(points[0].time)} ${y(points[0].number)}${steps.join('')}H100`);
    number.textContent = points.at(-1).number;
  }
}

btnPausa.addEventListener('click', () => {
  const isPaused = btnPausa.getAttribute('aria-pressed') === 'true';
  btnPausa.setAttribute('aria-pressed', String(!isPaused));
});
