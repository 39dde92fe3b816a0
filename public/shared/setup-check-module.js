// Explains why a page does nothing if its modules can't be loaded, which otherwise only the console says.
addEventListener(
  'error',
  ({ target }) => {
    if (target.type !== 'module') return;
    const notice = document.createElement('p');
    notice.className = 'alert alert-danger';
    notice.setAttribute('role', 'alert');
    notice.textContent =
      `The page couldn't load its modules. Is /vendor/socket.io/socket.io.esm.min.js there? If not, run "just setup" in ` +
      `the workbook. Does the page's server serve public/vendor and the page's folder? Then reload this page.`;
    document.querySelector('main').prepend(notice);
  },
  { capture: true, once: true },
);
