// Says on the page what a bare "io is not defined" in the console does not say.
if (typeof io === 'undefined') {
  const notice = document.createElement('p');
  notice.className = 'alert alert-danger';
  notice.setAttribute('role', 'alert');
  notice.textContent =
    'The server did not give /socket.io/socket.io.js. Is the client installed? If not, run "just setup" in the workbook. ' +
    'Is there a route for it, added after the Socket.IO layer? Then reload this page.';
  document.querySelector('main').prepend(notice);
}
