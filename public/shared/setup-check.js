// Says on the page what a bare "io is not defined" in the console would leave a reader to guess.
if (typeof io === 'undefined') {
  const notice = document.createElement('p');
  notice.className = 'alert alert-danger';
  notice.setAttribute('role', 'alert');
  notice.textContent =
    'The Socket.IO client is not installed. Run "just setup" in the workbook, then reload this page.';
  document.querySelector('main').prepend(notice);
}
