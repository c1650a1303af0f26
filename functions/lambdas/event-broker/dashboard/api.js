// Requests to the API that serves this page. The session is a cookie that no script can read.

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `the service answered ${status}`);
    this.status = status;
  }
}

const etags = new Map();

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options });
  } catch {
    throw new Refused(0, { title: 'no connection' });
  }
  if (answer.status === 304) return { status: 304, sunset: answer.headers.get('sunset') };
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, body);
  return { status: answer.status, body, etag: answer.headers.get('etag'), sunset: answer.headers.get('sunset') };
}

/** The answer's body, or null when it is what the last one was. */
export async function getIfNew(path) {
  const known = etags.get(path);
  const answer = await ask(path, { headers: known ? { 'if-none-match': known } : {} });
  if (answer.status === 304) return null;
  if (answer.etag) etags.set(path, answer.etag);
  return answer.body;
}

export async function get(path) {
  return (await ask(path, {})).body;
}

export async function post(path, body = {}) {
  const headers = { 'content-type': 'application/json' };
  return (await ask(path, { method: 'POST', headers, body: JSON.stringify(body) })).body;
}

/** What was known is asked for anew. */
export function forget() {
  etags.clear();
}
