// HTTP that blocks its caller until it is answered, as Apps Script's does: a thread sends, and wakes the one that waits.

import http from 'node:http';
import https from 'node:https';
import { MessageChannel, receiveMessageOnPort, Worker, isMainThread, workerData } from 'node:worker_threads';

/**
 * @param {{url: string, method: string, headers: Object, body: (string|undefined), timeoutMs: number}} request
 * @return {{status: number, headers: Object, text: string}|{error: string}}
 */
export const exchange = isMainThread ? blocking() : undefined;

if (!isMainThread) {
  const { port, bell } = workerData;
  port.on('message', async (request) => {
    const answer = await send(request).catch((error) => ({ error: error.message }));
    port.postMessage(answer);
    Atomics.store(bell, 0, 1);
    Atomics.notify(bell, 0);
  });
}

function blocking() {
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL(import.meta.url), { workerData: { port: port2, bell }, transferList: [port2] });
  worker.unref();
  port1.unref();
  return (request) => {
    Atomics.store(bell, 0, 0);
    port1.postMessage(request);
    Atomics.wait(bell, 0, 0);
    return receiveMessageOnPort(port1).message;
  };
}

function send({ url, method, headers, body, timeoutMs }) {
  return new Promise((resolve, reject) => {
    const client = url.startsWith('https:') ? https : http;
    const signal = AbortSignal.timeout(timeoutMs);
    const request = client.request(url, { method, headers, signal, lookup, agent: false }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode, headers: asSent(response.rawHeaders), text });
      });
    });
    request.on('error', (error) => reject(signal.aborted ? new Error('Timeout') : error));
    request.end(body);
  });
}

/** Names below .localhost are this machine, as for browsers; not every resolver knows. */
function lookup(name, { all }, done) {
  if (!name.endsWith('localhost')) {
    done(new Error(`${name} is not of this machine`));
  } else if (all) {
    done(null, [{ address: '127.0.0.1', family: 4 }]);
  } else {
    done(null, '127.0.0.1', 4);
  }
}

/** The headers by their names as they were written. */
function asSent(raw) {
  const headers = {};
  for (let at = 0; at < raw.length; at += 2) {
    headers[raw[at]] = raw[at + 1];
  }
  return headers;
}
