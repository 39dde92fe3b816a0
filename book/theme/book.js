// The pages' script. You can read everything without it.
'use strict';

const html = document.documentElement;
const words = document.getElementById('words').dataset;

/** Remembers a choice for the next page, if there's a storage. */
function remember(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // A page that's opened from a folder may have no storage.
  }
}

// The colours: the system's, unless the reader chooses others.
{
  const scheme = document.getElementById('scheme');
  scheme.value = html.dataset.scheme ?? '';
  scheme.addEventListener('change', () => {
    if (scheme.value) html.dataset.scheme = scheme.value;
    else delete html.dataset.scheme;
    remember('book-scheme', scheme.value);
  });
}

// The contents: in a wide window they're beside the chapter until the reader hides them; otherwise hidden until shown.
{
  const toggle = document.getElementById('contents-toggle');
  const contents = document.getElementById('contents');
  const wide = matchMedia('(min-width: 64rem)');
  const isShown = () => (wide.matches
    ? !html.classList.contains('contents-hidden')
    : contents.classList.contains('shown'));
  const say = () => toggle.setAttribute('aria-expanded', String(isShown()));
  toggle.addEventListener('click', () => {
    if (wide.matches) {
      const hidden = html.classList.toggle('contents-hidden');
      remember('book-contents', hidden ? 'hidden' : '');
    } else {
      contents.classList.toggle('shown');
      if (isShown()) scrollTo(0, 0);
    }
    say();
  });
  contents.addEventListener('click', (event) => {
    if (!event.target.closest('a')) return;
    contents.classList.remove('shown');
    say();
  });
  wide.addEventListener('change', say);
  say();
  // Scrolls to the current chapter in a long list.
  const current = contents.querySelector('[aria-current]');
  if (wide.matches && current) contents.scrollTop = current.offsetTop - contents.offsetTop - 80;
}

// Printing unfolds everything.
{
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open])')];
    for (const fold of opened) fold.open = true;
  });
  addEventListener('afterprint', () => {
    for (const fold of opened) fold.open = false;
  });
  document.getElementById('print').addEventListener('click', () => print());
}

// What a link leads to may be folded, or be the heading of a fold.
{
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target?.closest('details') ?? target?.nextElementSibling;
    if (!fold?.matches('details:not([open])')) return;
    fold.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', unfold);
  unfold();
}

/** The code of a block. For a diff, it's the code after the change, without signs. */
function codeOf(block) {
  const rows = [...block.querySelectorAll('.row')];
  if (rows.length === 0) return block.querySelector('code').textContent;
  return rows
    .filter((row) => !row.classList.contains('del'))
    .map((row) => [...row.childNodes]
      .filter((node) => !node.classList?.contains('sign'))
      .map((node) => node.textContent)
      .join(''))
    .join('\n');
}

// Copying code.
for (const block of document.querySelectorAll('figure.code:not(.output)')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = words.copy;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(`${codeOf(block)}\n`);
    button.textContent = words.copied;
    setTimeout(() => { button.textContent = words.copy; }, 1500);
  });
  block.append(button);
}

// Where something scrolls sideways, its edges show it, and it can be scrolled with the keyboard, too.
{
  const look = (box) => {
    const rest = box.scrollWidth - box.clientWidth;
    box.classList.toggle('more-before', box.scrollLeft > 1);
    box.classList.toggle('more-after', box.scrollLeft < rest - 1);
    if (rest > 0) {
      const caption = box.closest('figure')?.querySelector('figcaption')?.textContent;
      box.tabIndex = 0;
      box.setAttribute('role', 'group');
      box.setAttribute('aria-label', caption ? `${caption}: ${words.scrolls}` : words.scrolls);
    } else {
      for (const name of ['tabindex', 'role', 'aria-label']) box.removeAttribute(name);
    }
  };
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) look(target);
  });
  for (const box of document.querySelectorAll('pre, .table-wrapper')) {
    observer.observe(box);
    box.addEventListener('scroll', () => look(box), { passive: true });
  }
}

/** Whether the search ignores this key. mdBook's search calls this; a single letter never opens the search. */
function mdbook_something_else_has_focus(event) {
  return event.key === 's' || /^(?:input|select|textarea)$/i.test(event.target.nodeName);
}

// mdBook's search puts a label where screen readers don't allow one.
{
  const results = document.getElementById('mdbook-searchresults');
  new MutationObserver(() => {
    for (const teaser of results.querySelectorAll('[aria-label]')) teaser.removeAttribute('aria-label');
  }).observe(results, { childList: true });
}
