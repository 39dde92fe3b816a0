// SQLite whose calls are answered later, from another thread, as with the package `sqlite3` of the tutorial. That package has to
// be compiled when it's installed; this one hasn't.
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

class Database {
  constructor(path) {
    this.worker = new Worker(__filename, { workerData: path });
    this.waiting = [];
    // The worker answers one call after the other.
    this.worker.on('message', ({ result, error }) => {
      const { resolve, reject } = this.waiting.shift();
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    });
  }

  call(method, sql, parameters) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.postMessage({ method, sql, parameters });
    });
  }

  // Changes something. Resolves to an object with `lastInsertRowid`.
  run(sql, ...parameters) {
    return this.call('run', sql, parameters);
  }

  // Resolves to the rows.
  all(sql, ...parameters) {
    return this.call('all', sql, parameters);
  }
}

if (!isMainThread) {
  const { DatabaseSync } = require('@photostructure/sqlite');
  const database = new DatabaseSync(workerData);
  parentPort.on('message', ({ method, sql, parameters }) => {
    try {
      parentPort.postMessage({ result: database.prepare(sql)[method](...parameters) });
    } catch (error) {
      parentPort.postMessage({ error: error.message });
    }
  });
}

module.exports = { Database };
