// What the script does when the API, or what is between them, misbehaves.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { Project } from './google.mjs';
import { Server } from './server.mjs';

const TOKEN = 'lf_canary0123456789';
const GUEST = 'Canaryguest';
const EVENT = { asset: 'sloop', title: 'Sunset cruise', start: '2027-06-01T18:00:00Z', end: '2027-06-01T21:00:00Z' };
/** No execution of Apps Script lasts longer. */
const LONGEST_EXECUTION_MS = 6 * 60 * 1000;

const WELL = {
  'GET /auth/check': [{ json: { caller: 'token', kid: '0123456789ab' } }],
  'POST /platforms/sync': [{ json: { assets: [{ asset: 'sloop', outcome: { done: { writes: 2 } }, feeds: [] }] } }],
  'GET /conflicts': [{ json: { conflicts: [{ id: 'a' }], tasks: [{ id: 'b' }, { id: 'c' }] } }],
  'GET /calendar/events': [{ json: { events: [{ id: '1' }], sources: [] } }],
};
const problem = (status, title, more = {}) => ({
  status,
  json: { type: 'urn:landfall:problem:x', title, status, ...more },
});
const BROKEN = problem(503, 'the service cannot answer now');

let server;
let projects = [];

before(async () => {
  server = await Server.start();
});
after(() => server.stop());

/** A project on an API that is well but for what is laid out. */
async function project(replies = {}, { properties = {}, ...world } = {}) {
  await server.lay(structuredClone({ ...WELL, ...replies }));
  const made = new Project({ LANDFALL_ENDPOINT: server.url, LANDFALL_TOKEN: TOKEN, ...properties }, world);
  projects.push(made);
  return made;
}

/** How often each route was asked, in order of the first time. */
async function asked() {
  const counts = {};
  for (const { method, url } of await server.received()) {
    const route = `${method} ${url.split('?')[0]}`;
    counts[route] = (counts[route] || 0) + 1;
  }
  return counts;
}

function isBetween(value, least, most) {
  assert.ok(least <= value && value <= most, `${value} is not between ${least} and ${most}`);
}

afterEach(() => {
  for (const { log, properties, isLocked } of projects) {
    const seen = JSON.stringify([log, [...properties].filter(([name]) => name !== 'LANDFALL_TOKEN')]);
    assert.ok(!seen.includes(TOKEN) && !seen.includes(GUEST), seen);
    assert.ok(!isLocked, 'the lock was kept');
  }
  projects = [];
});

test('a good run is told by the status', async () => {
  const one = await project({}, { properties: { LANDFALL_SITE: 'harbor', LANDFALL_ASSET: 'sloop' } });
  assert.equal(one.run('getStatus'), null);
  const status = one.run('sync');
  assert.deepEqual(one.run('getStatus'), status);
  const { ran_at, took_ms, ...told } = status;
  assert.equal(new Date(ran_at).toISOString(), ran_at);
  assert.ok(Number.isInteger(took_ms));
  assert.deepEqual(told, {
    outcome: 'done',
    succeeded_at: ran_at,
    writes: 2,
    conflicts: 1,
    tasks: 2,
    events: 1,
    warnings: [],
    token_ends_at: null,
    error: null,
  });
  const [synced, conflicts, events] = await server.received();
  assert.equal(synced.headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(synced.headers['content-type'], 'application/json');
  assert.equal(synced.body, '{}');
  assert.ok(synced.headers['idempotency-key']);
  assert.equal(conflicts.url, '/conflicts');
  assert.equal(events.url, '/calendar/events?site=harbor&asset=sloop');
  assert.deepEqual(one.log, []);
});

test('the trigger is installed once, and surplus ones go', async () => {
  const one = await project();
  const ready = one.run('setUp');
  one.run('setUp');
  assert.deepEqual(
    one.triggers.map((trigger) => [trigger.getHandlerFunction(), trigger.minutes]),
    [['sync', 15]],
  );
  assert.match(ready, /token 0123456789ab, sync every 15 minutes/);
  const others = ['sync', 'theirs', 'sync'].map((name) => ({ getHandlerFunction: () => name }));
  one.triggers.push(...others);
  one.run('setUp');
  assert.deepEqual(
    one.triggers.map((trigger) => trigger.getHandlerFunction()),
    ['sync', 'theirs'],
  );
});

test('a setup that the API refuses installs nothing', async () => {
  const unknown = problem(422, 'some fields are wrong', {
    errors: [{ field: 'asset', message: 'is not in the manifest' }],
  });
  for (const [replies, expected] of [
    [{ 'GET /auth/check': [problem(401, 'a live bearer token is needed')] }, /LANDFALL_TOKEN must be/],
    [
      { 'GET /calendar/events': [unknown] },
      /some fields are wrong \(422, GET \/calendar\/events\)\n- asset is not in the manifest/,
    ],
  ]) {
    const one = await project(replies, { properties: { LANDFALL_ASSET: 'slope' } });
    assert.match(one.failure('setUp').message, expected);
    assert.deepEqual(one.triggers, []);
    const sent = await server.received();
    assert.deepEqual(
      sent.map(({ url }) => url),
      ['/auth/check', '/calendar/events?asset=slope&limit=1'].slice(0, sent.length),
    );
  }
});

test('all properties that are missing or wrong are named before anything is sent', async () => {
  const one = await project({}, { properties: { LANDFALL_ENDPOINT: '', LANDFALL_TOKEN: '' } });
  const { message } = one.failure('sync');
  assert.match(message, /LANDFALL_ENDPOINT must be .*; LANDFALL_TOKEN must be/);
  assert.equal(one.status().error, message);
  assert.deepEqual(await server.received(), []);
});

test('a token is sent over https, or to this machine', async () => {
  for (const [endpoint, isFit] of [
    ['https://abc.execute-api.eu-west-1.amazonaws.com', true],
    ['https://api.example.com/production/', true],
    ['http://127.0.0.1:4610', true],
    ['http://abc.execute-api.localhost:4610', true],
    ['http://api.example.com', false],
    ['http://localhost.example.com', false],
    ['http://127.0.0.1.example.com', false],
    ['http://127.0.0.1@example.com', false],
    ['https://user@example.com', false],
    ['https://example.com?x=', false],
    ['https://example.com/#', false],
    ['ftp://example.com', false],
    ['example.com', false],
  ]) {
    const sent = [];
    const exchange = ({ url }) => sent.push(url) && { status: 200, headers: {}, text: '{"events": []}' };
    const one = await project({}, { properties: { LANDFALL_ENDPOINT: endpoint }, exchange });
    if (isFit) {
      one.run('listEvents');
      assert.deepEqual(sent, [`${endpoint.replace(/\/$/, '')}/calendar/events`]);
    } else {
      assert.match(one.failure('listEvents').message, /LANDFALL_ENDPOINT/, endpoint);
      assert.deepEqual(sent, [], endpoint);
    }
  }
});

test('a token that cannot be a header is not sent, and not shown', async () => {
  const one = await project({}, { properties: { LANDFALL_TOKEN: `${TOKEN}\n${TOKEN}` } });
  assert.ok(!one.failure('listEvents').message.includes(TOKEN));
  assert.deepEqual(await server.received(), []);
  one.properties.set('LANDFALL_TOKEN', ` ${TOKEN}\n`);
  one.run('listEvents');
});

test('429 is asked again after the time that it says', async () => {
  const inTenSeconds = new Date(Date.now() + 10_000).toUTCString();
  for (const [header, least, most] of [
    ['7', 7_001, 8_000],
    ['0', 0, 1_000],
    [inTenSeconds, 7_000, 11_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0, 1_000],
    ['soon', 500, 1_000],
  ]) {
    const slow = { ...problem(429, 'too many requests'), headers: { 'retry-after': header } };
    const one = await project({ 'POST /platforms/sync': [slow, ...WELL['POST /platforms/sync']] });
    assert.equal(one.run('sync').outcome, 'done');
    assert.equal(one.pausesMs.length, 1, header);
    isBetween(one.pausesMs[0], least, most);
  }
});

test('a request that is repeated keeps its key', async () => {
  const one = await project({
    'POST /calendar/add-event': [BROKEN, { fault: 'drop' }, { status: 201, json: { event: EVENT } }],
  });
  assert.deepEqual(one.run('addEvent', EVENT), { event: EVENT });
  const sent = await server.received();
  assert.equal(sent.length, 3);
  assert.equal(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size, 1);
  assert.deepEqual(
    sent.map(({ body }) => JSON.parse(body)),
    [EVENT, EVENT, EVENT],
  );
  isBetween(one.pausesMs[0], 500, 1_000);
  isBetween(one.pausesMs[1], 1_000, 2_000);
  one.run('addEvent', EVENT, 'mine');
  assert.equal((await server.received()).at(-1).headers['idempotency-key'], 'mine');
});

test('pauses grow, differ, and end', async () => {
  const one = await project({ 'POST /platforms/sync': [BROKEN] });
  const error = one.failure('sync');
  assert.equal(error.message, 'the service cannot answer now (503, POST /platforms/sync)');
  assert.deepEqual(await asked(), { 'POST /platforms/sync': 6 });
  assert.equal(one.pausesMs.length, 5);
  one.pausesMs.forEach((pauseMs, at) => isBetween(pauseMs, 500 * 2 ** at, 1_000 * 2 ** at));
  const first = one.pausesMs;
  one.failure('sync');
  assert.notDeepEqual(one.pausesMs, first);
});

test('a failed run keeps when the last good one was', async () => {
  const one = await project({ 'GET /conflicts': [...WELL['GET /conflicts'], BROKEN] });
  const good = one.run('sync');
  one.failure('sync');
  const { succeeded_at, outcome, error } = one.status();
  assert.deepEqual([succeeded_at, outcome], [good.ran_at, 'failed']);
  assert.equal(error, 'the service cannot answer now (503, GET /conflicts)');
});

test('no execution is longer than Apps Script lets it be', async () => {
  // Each request takes as long as Apps Script lets it.
  const slow = await project({ 'POST /platforms/sync': [BROKEN] }, { tookMs: 60_000 });
  assert.match(
    slow.failure('sync').message,
    /no time left for POST \/platforms\/sync after: the service cannot answer now/,
  );
  isBetween(slow.elapsedMs, 240_000, LONGEST_EXECUTION_MS);
  assert.equal(slow.status().took_ms, slow.elapsedMs);
  // Pages without end.
  let count = 0;
  const page = () => JSON.stringify({ events: [], next_cursor: `${(count += 1)}` });
  const exchange = () => ({ status: 200, headers: {}, text: page() });
  const endless = await project({}, { tookMs: 20_000, exchange });
  assert.match(endless.failure('listEvents').message, /no time left for GET \/calendar\/events$/);
  isBetween(endless.elapsedMs, 240_000, LONGEST_EXECUTION_MS);
});

test('nobody is kept waiting by an API that never has time', async () => {
  for (const [asked, pauses] of [
    ['60', 1],
    ['3600', 0],
  ]) {
    const one = await project({ 'POST /calendar/add-event': [{ ...BROKEN, headers: { 'Retry-After': asked } }] });
    assert.equal(one.failure('addEvent', EVENT).status, 503);
    assert.equal(one.pausesMs.length, pauses, asked);
  }
});

test('a refused token is told once and readably', async () => {
  const one = await project({ 'POST /platforms/sync': [problem(401, 'a live bearer token is needed')] });
  const error = one.failure('sync');
  assert.equal(
    error.message,
    'a live bearer token is needed (401, POST /platforms/sync)\n- LANDFALL_TOKEN must be what `cargo xtask token show` tells',
  );
  assert.equal(one.status().error, error.message);
  assert.deepEqual(await asked(), { 'POST /platforms/sync': 1 });
});

test('an API that hangs is left, and asked again', async () => {
  const one = await project(
    { 'GET /calendar/events': [{ fault: 'hang' }, ...WELL['GET /calendar/events']] },
    { timeoutMs: 300 },
  );
  assert.deepEqual(one.run('listEvents').events, [{ id: '1' }]);
  const dead = await project({ 'GET /calendar/events': [{ fault: 'hang' }] }, { timeoutMs: 50 });
  assert.match(dead.failure('listEvents').message, /^GET \/calendar\/events was not answered: Timeout/);
  assert.deepEqual(await asked(), { 'GET /calendar/events': 6 });
});

test('half an answer is none', async () => {
  for (const half of [
    { text: '{"events": [{"id": "1"}' },
    { text: '' },
    { text: '"events"' },
    { text: '{"events": []}', fault: 'cut' },
  ]) {
    const one = await project({ 'GET /calendar/events': [half, ...WELL['GET /calendar/events']] });
    assert.deepEqual(one.run('listEvents').events, [{ id: '1' }], JSON.stringify(half));
  }
  const one = await project({ 'GET /calendar/events': [{ text: '{"events": [' }] });
  assert.equal(
    one.failure('listEvents').message,
    'GET /calendar/events was answered by what is no JSON object (200, 12 characters)',
  );
  const other = await project({ 'GET /calendar/events': [{ json: { items: [] } }] });
  assert.equal(other.failure('listEvents').message, 'the answer has no events');
});

test('a superseded token is told as such, once in a run', async () => {
  const sunset = 'Fri, 15 Jan 2027 08:00:00 GMT';
  for (const name of ['sunset', 'Sunset']) {
    const told = (json) => [{ json, headers: { [name]: sunset } }];
    const one = await project({
      'GET /conflicts': told({ conflicts: [] }),
      'GET /calendar/events': told({ events: [], sources: [] }),
    });
    assert.equal(one.run('sync').token_ends_at, '2027-01-15T08:00:00.000Z');
    assert.equal(one.logged('warn').length, 1);
    assert.match(one.logged('warn')[0], /superseded and ends at 2027-01-15T08:00:00.000Z/);
    await server.lay(WELL);
    assert.equal(one.run('sync').token_ends_at, null);
  }
});

test('runs do not overlap', async () => {
  const one = await project();
  one.isLocked = true;
  assert.equal(one.run('sync'), null);
  assert.throws(() => one.run('setUp'), /Lock timeout/);
  assert.deepEqual(one.triggers, []);
  assert.equal(one.properties.has('LANDFALL_STATUS'), false);
  assert.ok(one.isLocked, "another's lock was given back");
  one.isLocked = false;
  assert.equal(one.run('sync').outcome, 'done');
});

test('a redirect is not followed, wherever it points', async () => {
  const moved = { status: 307, headers: { Location: '/elsewhere' } };
  const one = await project({ 'POST /platforms/sync': [moved], 'POST /elsewhere': WELL['POST /platforms/sync'] });
  assert.match(one.failure('sync').message, /was redirected \(307\)/);
  assert.deepEqual(await asked(), { 'POST /platforms/sync': 1 });
});

test('all pages are read, each once', async () => {
  const page = (id, status, next_cursor) => ({
    json: { events: [{ id }], sources: [{ listing: 'a-sloop', status }], next_cursor },
  });
  const one = await project({
    'GET /calendar/events': [page('1', 'ok', 'two/&'), page('2', 'error', 'three'), page('3', 'ok')],
  });
  const listed = one.run('listEvents', { asset: 'sloop', from: new Date(0), to: '2027-01-01', limit: 1 });
  assert.deepEqual(
    listed.events.map(({ id }) => id),
    ['1', '2', '3'],
  );
  assert.deepEqual(listed.sources, [{ listing: 'a-sloop', status: 'error' }]);
  assert.deepEqual(
    (await server.received()).map(({ url }) => url.split('?')[1]),
    [
      'asset=sloop&from=1970-01-01T00%3A00%3A00.000Z&to=2027-01-01&limit=1',
      'asset=sloop&limit=1&cursor=two%2F%26',
      'asset=sloop&limit=1&cursor=three',
    ],
  );
  const circle = await project({ 'GET /calendar/events': [page('1', 'ok', 'same')] });
  assert.equal(circle.failure('listEvents').message, '/calendar/events goes in circles');
});

test('what is asked for goes before the script properties', async () => {
  const one = await project(
    { 'GET /platforms/bookings': [{ json: { bookings: [{ id: '1' }], sources: [] } }] },
    { properties: { LANDFALL_SITE: 'harbor', LANDFALL_ASSET: 'sloop' } },
  );
  assert.deepEqual(one.run('listBookings', { platform: 'getmyboat' }).bookings, [{ id: '1' }]);
  one.run('listEvents', { asset: 'hall' });
  one.run('listEvents', { site: 'lakehouse' });
  assert.deepEqual(
    (await server.received()).map(({ url }) => url),
    [
      '/platforms/bookings?platform=getmyboat&site=harbor&asset=sloop',
      '/calendar/events?asset=hall',
      '/calendar/events?site=lakehouse',
    ],
  );
});

test('a conflict says what is in the way, without its guest', async () => {
  const times = { start: '2027-06-01T14:00:00-04:00', end: '2027-06-01T16:00:00-04:00' };
  const conflicts = [
    { id: '1', source: 'own', kind: 'booking', cause: 'turnover', title: GUEST, ...times },
    {
      id: '2',
      source: 'platform',
      listing: 'getmyboat-sloop',
      kind: 'reservation',
      cause: 'overlap',
      title: GUEST,
      ...times,
    },
  ];
  const unchecked = [{ listing: 'boatsetter-sloop', status: 'error', error: 'timeout' }];
  const refusal = problem(409, 'the event overlaps what is already there', { conflicts, unchecked });
  const one = await project({ 'POST /calendar/add-event': [refusal] });
  const error = one.failure('addEvent', EVENT);
  assert.deepEqual(error.message.split('\n'), [
    'the event overlaps what is already there (409, POST /calendar/add-event)',
    '- booking of your own, 2027-06-01T14:00:00-04:00 to 2027-06-01T16:00:00-04:00 (turnover)',
    '- reservation of getmyboat-sloop, 2027-06-01T14:00:00-04:00 to 2027-06-01T16:00:00-04:00 (overlap)',
    '- boatsetter-sloop could not be read: timeout',
  ]);
  assert.equal(error.problem.conflicts[1].title, GUEST);
  assert.equal((await server.received()).length, 1, 'a conflict stays one');
});

test('an answer that repeats the token is told without it', async () => {
  const echo = problem(400, `no ${TOKEN}`, { detail: `Bearer ${TOKEN}` });
  const one = await project({ 'POST /platforms/sync': [echo] });
  assert.equal(one.failure('sync').message, 'no (the token): Bearer (the token) (400, POST /platforms/sync)');
  const gateway = await project({ 'POST /platforms/sync': [{ status: 403, json: { message: 'Forbidden' } }] });
  assert.equal(gateway.failure('sync').message, 'Forbidden (403, POST /platforms/sync)');
  const page = await project({ 'POST /platforms/sync': [{ status: 404, text: '<html>' }] });
  assert.equal(page.failure('sync').message, 'the API gave no reason (404, POST /platforms/sync)');
});

test('how a synchronisation ended is told by the worst of it', async () => {
  const done = { asset: 'a', outcome: { done: { writes: 3 } }, feeds: [] };
  const busy = { asset: 'b', outcome: 'busy', feeds: [] };
  const stopped = { asset: 'c', outcome: { stopped: { reason: 'the lease was lost', writes: 1 } }, feeds: [] };
  const run = async (reply) => {
    const one = await project({ 'POST /platforms/sync': [reply] });
    const { outcome, writes, warnings } = one.run('sync');
    assert.deepEqual(
      one.logged('warn'),
      warnings.map((warning) => `Landfall: ${warning}`),
    );
    return [outcome, writes, ...warnings];
  };
  assert.deepEqual(await run({ json: { assets: [done, done] } }), ['done', 6]);
  assert.deepEqual(await run({ json: { assets: [done, busy] } }), ['busy', 3]);
  assert.deepEqual(await run({ json: { assets: [busy, stopped, done] } }), [
    'stopped',
    4,
    'c: stopped: the lease was lost',
  ]);
  assert.deepEqual(await run({ status: 202, json: { status: 'still running' } }), ['running', null]);
  assert.deepEqual(await run(problem(409, 'another run is at work')), ['busy', null]);
});

test('feeds that are not well are told', async () => {
  const well = {
    listing: 'a',
    last_imported: '2027-01-01T00:00:00Z',
    is_stale: false,
    failure: null,
    quarantine: null,
  };
  const feeds = [
    well,
    { ...well, listing: 'b', failure: 'it answered 500' },
    { ...well, listing: 'c', is_stale: true, last_imported: null },
    { ...well, listing: 'd', quarantine: 'it lost 4 of 5 bookings', failure: 'it is empty' },
  ];
  const one = await project({
    'POST /platforms/sync': [{ json: { assets: [{ asset: 'sloop', outcome: { done: { writes: 0 } }, feeds }] } }],
    'GET /calendar/events': [{ json: { events: [], sources: [{ listing: 'e', status: 'incomplete' }] } }],
  });
  assert.deepEqual(one.run('sync').warnings, [
    'b: it answered 500, last imported 2027-01-01T00:00:00Z',
    'c: stale, last imported never',
    'd: quarantined: it lost 4 of 5 bookings',
    'e: not read whole: incomplete',
  ]);
});

test('the status fits into a property, however much there is to tell', async () => {
  const long = 'x'.repeat(20_000);
  const feeds = Array.from({ length: 50 }, (_, at) => ({ listing: `l${at}`, failure: long }));
  const told = await project({
    'POST /platforms/sync': [{ json: { assets: [{ asset: 'sloop', outcome: 'planned', feeds }] } }],
  });
  assert.equal(told.run('sync').warnings.length, 20);
  const failed = await project({ 'POST /platforms/sync': [problem(400, long)] });
  assert.equal(failed.failure('sync').message.length > 20_000, true);
  assert.equal(failed.status().error.length, 1000);
});
