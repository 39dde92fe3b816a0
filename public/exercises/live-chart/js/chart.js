// Draws what push.js and poll.js got. Each way is { line, number, requests, points }: where it is
// shown, and the numbers of the last ten seconds, each with the time at which it was here.

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

/** A number came. */
function add(way, number) {
  const { points } = ways[way];
  points.push({ time: performance.now(), number });
  draw();
}

/** Requests were made. Counted while the drawing is paused, too. */
function count(way, requests) {
  const shown = ways[way].requests;
  shown.textContent = Number(shown.textContent) + requests;
}

function draw() {
  const start = performance.now() - SECONDS * 1000;
  for (const way of Object.values(ways)) {
    // One point older than the chart is kept: its line reaches into it.
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
    // A number holds until the next one comes, so the line is a staircase.
    const steps = points.map((point) => `H${x(point.time)}V${y(point.number)}`);
    line.setAttribute('d', `M${x(points[0].time)} ${y(points[0].number)}${steps.join('')}H100`);
    number.textContent = points.at(-1).number;
  }
}

btnPausa.addEventListener('click', () => {
  const isPaused = btnPausa.getAttribute('aria-pressed') === 'true';
  btnPausa.setAttribute('aria-pressed', String(!isPaused));
});
