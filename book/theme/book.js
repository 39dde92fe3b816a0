// What the pages do by themselves. Everything can be read without it.
'use strict';

const html = document.documentElement;
const words = document.getElementById('words').dataset;

/** Keeps a choice for the next page, where there is a place to keep it. */
function remember(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // A page from a folder may have none.
  }
}

// The colours: the system's, unless the reader wants others.
{
  const scheme = document.getElementById('scheme');
  scheme.value = html.dataset.scheme ?? '';
  scheme.addEventListener('change', () => {
    if (scheme.value) html.dataset.scheme = scheme.value;
    else delete html.dataset.scheme;
    remember('book-scheme', scheme.value);
  });
}

// The contents: beside the chapter where there is room, and then shown unless hidden; else hidden unless shown.
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
  // The chapter that is open can be seen in a long list.
  const current = contents.querySelector('[aria-current]');
  if (wide.matches && current) contents.scrollTop = current.offsetTop - contents.offsetTop - 80;
}

// Printing shows what is folded.
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

// What a link leads to may be folded.
{
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target?.closest('details:not([open])');
    if (!fold) return;
    fold.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', unfold);
  unfold();
}

/** The code of a block; of a diff, the code after the change, without signs. */
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

// What scrolls can be scrolled with the keyboard, too.
{
  const look = (box) => {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute('role', 'group');
      box.setAttribute('aria-label', words.scrolls);
    } else {
      for (const name of ['tabindex', 'role', 'aria-label']) box.removeAttribute(name);
    }
  };
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) look(target);
  });
  for (const box of document.querySelectorAll('pre, .chart, .table-wrapper')) observer.observe(box);
}

/** Whether the search leaves this key alone. Called by mdBook's search; a letter alone never opens it. */
function mdbook_something_else_has_focus(event) {
  return event.key === 's' || /^(?:input|select|textarea)$/i.test(event.target.nodeName);
}

// mdBook's search names a part of each result in a way that screen readers do not allow.
{
  const results = document.getElementById('mdbook-searchresults');
  new MutationObserver(() => {
    for (const teaser of results.querySelectorAll('[aria-label]')) teaser.removeAttribute('aria-label');
  }).observe(results, { childList: true });
}
