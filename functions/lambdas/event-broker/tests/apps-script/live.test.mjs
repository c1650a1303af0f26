// The script against a deployed API: LANDFALL_API_URL, LANDFALL_API_TOKEN, and LANDFALL_FREE_DAY, a date on which the
// sloop has no event.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { Project, plain } from './google.mjs';
import { exchange } from './network.mjs';

const { LANDFALL_API_URL: API, LANDFALL_API_TOKEN: TOKEN, LANDFALL_FREE_DAY: DAY } = process.env;
const NEXT_DAY = new Date(Date.parse(DAY) + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

const projects = [];
afterEach(() => {
  for (const { log, properties, isLocked } of projects) {
    const seen = JSON.stringify([log, [...properties].filter(([name]) => name !== 'LANDFALL_TOKEN')]);
    assert.ok(!seen.includes(TOKEN));
    assert.ok(!isLocked);
  }
});

function project(more = {}) {
  const made = new Project(
    { LANDFALL_ENDPOINT: API, LANDFALL_TOKEN: TOKEN, LANDFALL_SITE: 'harbor', LANDFALL_ASSET: 'sloop', ...more },
    { isPatient: true, exchange: (request) => asked(made, request) },
  );
  made.sent = [];
  projects.push(made);
  return made;
}

function asked({ sent }, request) {
  assert.ok(request.url.startsWith(API));
  const [path] = request.url.slice(API.length).split('?');
  sent.push(`${request.method} ${path}`);
  return exchange(request);
}

const event = (title, from, to) => ({ title, start: `${DAY}T${from}:00Z`, end: `${DAY}T${to}:00Z` });

test('it is set up', () => {
  const one = project();
  assert.match(one.run('setUp'), /^Landfall is set up: token \w+, sync every 15 minutes$/);
  assert.deepEqual(
    one.triggers.map((trigger) => trigger.getHandlerFunction()),
    ['sync'],
  );
  const unknown = project({ LANDFALL_ASSET: 'slope' });
  assert.match(unknown.failure('setUp').message, /\(422, GET \/calendar\/events\)\n- asset is not in the manifest$/);
  assert.deepEqual(unknown.triggers, []);
});

test('a run reads the calendar and keeps its status', () => {
  const one = project();
  const status = one.run('sync');
  assert.ok(['done', 'running', 'busy'].includes(status.outcome), status.outcome);
  assert.deepEqual([status.error, status.succeeded_at], [null, status.ran_at]);
  assert.ok(status.events > 0, 'the sample feeds have bookings of the sloop');
  assert.ok(Number.isInteger(status.conflicts) && Number.isInteger(status.tasks));
  assert.deepEqual(one.sent, ['POST /platforms/sync', 'GET /conflicts', 'GET /calendar/events']);
});

test('events are added once, listed by pages, and refused by name', () => {
  const one = project();
  const cruise = event('Sunset cruise', '10:00', '12:00');
  const key = `apps-script-${DAY}`;
  const added = one.run('addEvent', cruise, key);
  assert.deepEqual([added.event.title, added.event.asset], ['Sunset cruise', 'sloop']);
  assert.deepEqual(one.run('addEvent', cruise, key), added);
  const other = one.run('addEvent', { ...event('Regatta', '18:00', '20:00'), start: new Date(`${DAY}T18:00:00Z`) });

  one.sent = [];
  const { events, sources } = one.run('listEvents', { asset: 'sloop', from: DAY, to: NEXT_DAY, limit: 1 });
  assert.deepEqual(events, [added.event, other.event]);
  assert.deepEqual(
    sources.map(({ asset }) => asset),
    ['sloop'],
  );
  assert.equal(one.sent.length, 2);

  const refused = one.failure('addEvent', event('Too late', '11:00', '13:00'));
  assert.equal(refused.status, 409);
  assert.match(refused.message, /\(409, POST \/calendar\/add-event\)\n- booking of your own, .* \(overlap\)$/);
  const conflicts = plain(refused.problem.conflicts);
  assert.deepEqual(
    conflicts.map(({ id, title }) => [id, title]),
    [[added.event.id, 'Sunset cruise']],
  );
});

test('bookings come from the platforms', () => {
  const one = project({ LANDFALL_SITE: '', LANDFALL_ASSET: '' });
  const { bookings, sources } = one.run('listBookings');
  assert.ok(bookings.every(({ source }) => source === 'platform'));
  const listings = new Set(bookings.map(({ listing }) => listing));
  assert.deepEqual([...listings].sort(), sources.map(({ listing }) => listing).sort());
  const some = one.run('listBookings', { platform: 'boatsetter' }).bookings;
  assert.ok(some.length > 0 && some.every(({ platform }) => platform === 'boatsetter'));
});

test('another token is refused', () => {
  const one = project({ LANDFALL_TOKEN: TOKEN.split('').reverse().join('') });
  const refused = one.failure('sync');
  assert.equal(refused.status, 401, refused.message);
  assert.equal(one.status().outcome, 'failed');
});
