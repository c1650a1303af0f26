// Requests to the API that serves this page. The session is a cookie that no script can read.

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `the service answered ${status}`);
    this.status = status;
  }
}

/** What was asked for in a session that has ended: nobody waits for the answer any more. */
export class Gone extends Error {}

/** Of each path the last whole answer, with its etag: one is worth nothing without the other. */
let known = new Map();
let session = new AbortController();
let whenRefused = () => {};

async function ask(path, options) {
  const { signal } = session;
  let answer;
  let text;
  try {
    answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options, signal });
    text = await answer.text();
  } catch {
    throw signal.aborted ? new Gone('the session has ended') : new Refused(0, { title: 'no connection' });
  }
  if (signal.aborted) throw new Gone('the session has ended');
  const body = read(text, answer);
  if (answer.status === 401 && path !== 'session') {
    whenRefused();
    throw new Gone('the session has ended');
  }
  if (!answer.ok && answer.status !== 304) throw new Refused(answer.status, body);
  return { status: answer.status, body, etag: answer.headers.get('etag') };
}

function read(text, answer) {
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch {
    if (answer.ok) throw new Refused(0, { title: 'the answer was cut off' });
    return {};
  }
}

/** The answer's body: the one that is known, where nothing has changed since. */
export async function getKnown(path) {
  const at = known;
  const before = at.get(path);
  try {
    const answer = await ask(path, { headers: before ? { 'if-none-match': before.etag } : {} });
    if (answer.status === 304) return before.body;
    if (answer.etag) at.set(path, answer);
    return answer.body;
  } catch (error) {
    at.delete(path);
    throw error;
  }
}

export async function get(path) {
  return (await ask(path, {})).body;
}

/** What was answered, and whether the work still goes on. */
export async function post(path, body = {}) {
  const headers = { 'content-type': 'application/json' };
  const answer = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { body: answer.body, isRunning: answer.status === 202 };
}

/** What was known is asked for anew. */
export function forget() {
  known = new Map();
}

/** Nothing that is on its way is waited for any more. */
export function endSession() {
  session.abort();
  session = new AbortController();
  forget();
}

/** What is to be done when the service no longer knows the session. */
export function onRefused(then) {
  whenRefused = then;
}
