// Without a socket: the page asks again and again, whether there is something new or not.

const PERIOD = 250;

setInterval(async () => {
  count('Polled', 1);
  try {
    const response = await fetch('/dato');
    if (response.ok) add('Polled', Number(await response.text()));
  } catch {
    // The server does not answer. It will be asked again.
  }
}, PERIOD);
