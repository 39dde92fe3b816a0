// Explains "io is not defined", which otherwise only the console says.
if (typeof io === 'undefined') {
  const notice = document.createElement('p');
  notice.className = 'alert alert-danger';
  notice.setAttribute('role', 'alert');
  notice.textContent =
    `The server didn't send /socket.io/socket.io.js. Is the client installed? If not, run "just setup" in the workbook. ` +
    'Is there a route for it, added after the Socket.IO layer? Then reload this page.';
  document.querySelector('main').prepend(notice);
}
