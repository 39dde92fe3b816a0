// An admin's session: a signed cookie, which the browser sends along by itself.

const COOKIE = 'admin';

// Answers the token with a cookie, which lasts until the browser is closed or the server restarts.
const logIn = (token) => (request, response) => {
  if (!token || request.body !== token) return response.status(401).send('invalid token');
  response.cookie(COOKIE, 'open', { signed: true, httpOnly: true, sameSite: 'strict' }).end();
};

// Whether a request carries a cookie that this server has signed.
const isLoggedIn = (request) => Boolean(request.signedCookies[COOKIE]);

module.exports = { isLoggedIn, logIn };
