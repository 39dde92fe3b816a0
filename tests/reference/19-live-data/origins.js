// Which pages may use the server.

const isAllowed = (origins, { headers: { origin } }) => origin === undefined || origins.includes(origin);

// Refuses the requests of pages from other origins. Socket.IO answers its own requests, and asks `isAllowed` itself.
const checkOrigin = (origins) => (request, response, next) => {
  if (isAllowed(origins, request)) return next();
  response.status(403).send("this page's origin isn't in ALLOWED_ORIGINS");
};

module.exports = { checkOrigin, isAllowed };
