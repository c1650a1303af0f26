// An API that answers as a test lays it out. It runs in a thread of its own, as the one that calls it is blocked.

import http from 'node:http';
import { once } from 'node:events';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';

/**
 * @typedef {{status: (number|undefined), headers: (Object|undefined), json: *, text: (string|undefined),
 *   fault: (string|undefined)}} Reply A fault is `hang` (never answered), `drop` (closed unanswered) or `cut` (closed
 *   before the body ends).
 */
export class Server {
  static async start() {
    const worker = new Worker(new URL(import.meta.url));
    const [port] = await once(worker, 'message');
    return new Server(worker, `http://127.0.0.1:${port}`);
  }

  constructor(worker, url) {
    this.worker = worker;
    this.url = url;
  }

  /**
   * @param {Object<string, !Array<!Reply>>} replies By method and path, in turn: the last one again and again. What is not
   *   laid out is answered with 404.
   */
  async lay(replies) {
    this.worker.postMessage({ replies });
    await once(this.worker, 'message');
  }

  /** @return {!Promise<!Array<{method: string, url: string, headers: Object, body: string}>>} what came since `lay`. */
  async received() {
    this.worker.postMessage({});
    const [received] = await once(this.worker, 'message');
    return received;
  }

  async stop() {
    await this.worker.terminate();
  }
}

if (!isMainThread) {
  serve();
}

function serve() {
  let replies = {};
  let received = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const { method, url, headers } = request;
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
    const laid = replies[`${method} ${url.split('?')[0]}`] || [{ status: 404, json: { title: 'no such route' } }];
    answer(response, laid.length > 1 ? laid.shift() : laid[0]);
  });
  parentPort.on('message', (message) => {
    if (message.replies) {
      ({ replies } = message);
      received = [];
    }
    parentPort.postMessage(received);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
}

function answer(response, { status = 200, headers = {}, json = {}, text = JSON.stringify(json), fault }) {
  if (fault === 'hang') {
    return;
  }
  if (fault === 'drop') {
    response.destroy();
    return;
  }
  const length = Buffer.byteLength(text) + (fault === 'cut' ? 10 : 0);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': length, ...headers });
  if (fault === 'cut') {
    response.write(text, () => response.destroy());
  } else {
    response.end(text);
  }
}
