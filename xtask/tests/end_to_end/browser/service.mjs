// A service that the page is shown by: its files as they lie in the repository, and answers that a case writes. Every answer can be kept
// waiting, refused or cut off.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const ORIGIN = 'http://page.test';
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
const DAY = 86400e3;

export function browserOf(modules, executablePath) {
  const { chromium } = createRequire(`${modules}/x.js`)('playwright-core');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath, args });
}

/** An instant so many days from another. */
export function at(days, from = Date.now()) {
  return new Date(from + days * DAY).toISOString();
}

export function entry(more = {}) {
  return { id: 'e1', asset: 'pontoon', site: 'harbor', kind: 'reservation', title: 'Reserved - Guest A', listing: 'getmyboat-pontoon', start: at(1), end: at(1.2), in_conflict: false, ...more };
}

export function request(more = {}) {
  return { id: 'r1', asset: 'pontoon', platform: 'getmyboat', title: 'Request of Guest B', start: at(3), end: at(3.1), deadline: at(1), ...more };
}

export function overview(more = {}) {
  return {
    sites: [{ id: 'harbor', name: 'Harbor', time_zone: 'America/New_York', assets: [{ id: 'pontoon', name: 'Pontoon' }] },
      { id: 'lakehouse', name: 'Lakehouse', time_zone: 'America/Chicago', assets: [{ id: 'hall', name: 'Hall' }] }],
    platforms: [{ id: 'getmyboat', name: 'GetMyBoat' }],
    calendar: [entry()], requests: [request()], confirmed: [], conflicts: [], tasks: [],
    feeds: [{ listing: 'getmyboat-pontoon', asset: 'pontoon', state: 'fresh', last_imported: at(0) }],
    inbox: { waiting: 1, drafted: 0 }, deployments: [], problems: [],
    campaigns: [{ id: 'news', name: 'News', channel: 'email', paused: null, is_paused_by_all: false, counts: { DELIVERED: 3 }, waiting: null }],
    token: { kid: 'k1', since: at(-1), ends_at: null },
    ...more,
  };
}

export function thread(more = {}, messages = [message()]) {
  const one = { id: 't1', platform: 'getmyboat', site: 'harbor', asset: 'pontoon', guest: 'Guest A', state: 'waiting', messages: messages.length, last_at: at(0), preview: null, draft: null, ...more };
  return { thread: one, messages, older: 0, decisions: [] };
}

export function message(more = {}) {
  return { id: 'm1', from: 'guest', name: 'Guest A', at: at(-0.1), text: 'Is it free?', is_edited: false, is_automatic: false, attachments: [], ...more };
}

/** What the page asks for, and what it is answered. A case replaces any of `answers` by path: a function of the request. */
export class Service {
  constructor(files) {
    this.files = files;
    this.asked = [];
    this.isSignedIn = true;
    this.overview = overview();
    this.threads = [thread()];
    this.answers = {};
    /** Paths whose answers are kept until `let`. */
    this.held = new Map();
  }

  async serve(page) {
    await page.route(`${ORIGIN}/**`, async (route) => {
      const answer = await this.answer(route.request());
      await route.fulfill(answer).catch(() => {});
    });
  }

  /** Keeps the next answer at this path waiting, whatever it is by then. */
  hold(path) {
    let go;
    const gate = new Promise((resolve) => { go = resolve; });
    this.held.set(path, gate);
    return go;
  }

  count(path) {
    return this.asked.filter((one) => one.path === path).length;
  }

  last(path) {
    return this.asked.filter((one) => one.path === path).at(-1);
  }

  async answer(asked) {
    const url = new URL(asked.url());
    const path = url.pathname.slice(1);
    if (path === 'dashboard') return this.file('index.html');
    if (path.startsWith('dashboard/')) return this.file(path.slice('dashboard/'.length));
    const one = { path, method: asked.method(), headers: asked.headers(), query: url.searchParams, body: asked.postDataJSON() };
    this.asked.push(one);
    const answer = this.decide(one);
    const gate = this.held.get(path);
    this.held.delete(path);
    await gate;
    return answer;
  }

  decide(one) {
    const own = this.answers[one.path];
    const said = own && own(one);
    if (said) return said;
    if (one.path === 'session') { this.isSignedIn = true; return json({}, 201); }
    if (one.path === 'session/end') { this.isSignedIn = false; return json({}); }
    if (!this.isSignedIn) return json({ title: 'unauthorized' }, 401);
    if (one.path === 'overview') {
      const body = JSON.stringify(this.overview);
      const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
      return one.headers['if-none-match'] === etag ? { status: 304, headers: { etag } } : { status: 200, headers: { etag, 'content-type': 'application/json' }, body };
    }
    if (one.path === 'inbox') return json({ threads: this.threads.map((shown) => shown.thread), next_cursor: null });
    if (one.path.startsWith('inbox/') && one.method === 'GET') {
      const shown = this.threads.find((known) => one.path === `inbox/${known.thread.id}`);
      return shown ? json(shown) : json({ title: 'unknown' }, 404);
    }
    if (one.path === 'deliveries') return json({ deliveries: [] });
    if (one.path.startsWith('reports/')) return json({ report: one.path.slice(8), rows: [], totals: { bookings: 0, hours: 0, revenue: null, rate: null, cancelled: 0, inquiries: 0, requests: 0 } });
    return json({});
  }

  file(name) {
    const body = readFileSync(join(this.files, name), 'utf8');
    return { status: 200, contentType: TYPES[name.split('.').at(-1)], body };
  }
}

export function json(body, status = 200) {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}
