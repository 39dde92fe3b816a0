// Brings the packets of one node to all others, here through the memory of a process that is several nodes.
const { ClusterAdapter } = require('socket.io-adapter');

// The adapters of all nodes. The chat has only one namespace.
const nodes = new Set();

// Knows the sockets and rooms of this node, and asks the other nodes for theirs.
class Bus extends ClusterAdapter {
  init() {
    nodes.add(this);
  }

  close() {
    nodes.delete(this);
  }

  // A node ignores what it has sent itself.
  async doPublish(message) {
    for (const node of nodes) node.onMessage(message);
  }

  async doPublishResponse(asking, response) {
    for (const node of nodes) if (node.uid === asking) node.onResponse(response);
  }

  async serverCount() {
    return nodes.size;
  }
}

module.exports = { Bus };
