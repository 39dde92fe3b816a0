// Counts the messages for the figures.

let messages = 0;

const countMessage = () => {
  messages += 1;
};

// How many messages were sent since the last call.
const takeMessages = () => {
  const taken = messages;
  messages = 0;
  return taken;
};

module.exports = { countMessage, takeMessages };
