// Without a socket: the page keeps asking, even if there's nothing new.

const PERIOD = 250;

setInterval(async () => {
  count('Polled', 1);
  try {
    const response = await fetch('/dato');
    if (response.ok) add('Polled', Number(await response.text()));
  } catch {
    // The server doesn't answer. The page will ask again.
  }
}, PERIOD);
