/**
 * Several clients of the running lesson in one window.
 *
 * Each is the lesson's own page in a frame, `/?name=ana`, with its unchanged code. The name turns on
 * the page's network switch, which the button above the frame controls.
 * `duo.html?transport=polling` (or `websocket`) sets the transport of every client, `?room=rust` the
 * room that it joins in the lessons with rooms, and `?carla` adds carla. With `?reload=PORT`, this window reloads, and its clients with it.
 *
 * Tests can rely on this much of the document:
 *
 *   section[data-name]     a client: ana, beto, carla; with data-cut while its network is cut
 *     .duo-network         the button that cuts its network, and restores it
 *     .duo-status          the state of its connection, in words
 *     iframe               its page
 *   #btnCarla              adds carla, and removes her
 *   #lnkOne                links to the page of one client
 */

import { element } from './element.js';

const clients = document.querySelector('#clients');
const btnCarla = document.querySelector('#btnCarla');
const parameters = new URLSearchParams(location.search);
const transport = parameters.get('transport');
const room = parameters.get('room');
const reload = parameters.get('reload');

function createClient(name) {
  const status = element('p', { class: 'duo-status' }, 'Loading');
  const network = element(
    'button',
    { type: 'button', class: 'duo-network btn btn-sm btn-outline-secondary', disabled: '' },
    'Cut the network',
  );
  const title = element('h2', { id: `ttl-${name}` }, name);
  const page = element('iframe', { src: addressOf(name), title: `The page of ${name}` });
  const client = element(
    'section',
    { 'data-name': name, 'aria-labelledby': title.id },
    element('div', { class: 'duo-head' }, title, network, status),
    page,
  );

  // Each load is a new page, with a new wire and a working network.
  page.addEventListener('load', () => {
    const { wire, networkSwitch } = page.contentWindow;
    network.disabled = !wire;
    if (!wire) {
      status.textContent = 'No socket in this lesson';
      return;
    }
    const show = () => {
      client.toggleAttribute('data-cut', networkSwitch.isCut);
      network.textContent = networkSwitch.isCut ? 'Restore the network' : 'Cut the network';
      status.textContent = networkSwitch.isCut ? `Network cut. ${wire.status}` : wire.status;
    };
    wire.addEventListener('status', show);
    network.onclick = () => {
      if (networkSwitch.isCut) networkSwitch.restore();
      else networkSwitch.cut();
      show();
    };
    show();
  });

  return client;
}

function addressOf(name) {
  const query = new URLSearchParams({ name });
  if (transport) query.set('transport', transport);
  if (room) query.set('room', room);
  return `/?${query}`;
}

function addCarla() {
  clients.append(createClient('carla'));
  btnCarla.textContent = 'Remove carla';
}

btnCarla.addEventListener('click', () => {
  const carla = clients.querySelector('[data-name="carla"]');
  if (carla) {
    carla.remove();
    btnCarla.textContent = 'Add carla';
    parameters.delete('carla');
  } else {
    addCarla();
    parameters.set('carla', '');
  }
  // Keeps her after a reload.
  history.replaceState(null, '', `?${parameters}`);
});

if (reload) document.querySelector('#lnkOne').search = `?reload=${reload}`;
clients.append(createClient('ana'), createClient('beto'));
if (parameters.has('carla')) addCarla();
