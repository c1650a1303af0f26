// What the project asks Google for, and what it offers.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { MANIFEST, Project, SOURCE } from './google.mjs';
import { Server } from './server.mjs';

const OFFERED = ['setUp', 'sync', 'getStatus', 'listEvents', 'listBookings', 'addEvent', 'onOpen'];

let server;
before(async () => {
  server = await Server.start();
});
after(() => server.stop());

test('every scope is used, and each that is used is asked for', async () => {
  await server.lay({
    'GET /auth/check': [{ json: { kid: '0123456789ab' } }],
    'POST /platforms/sync': [{ json: { assets: [] } }],
    'GET /conflicts': [{ json: { conflicts: [] } }],
    'GET /calendar/events': [{ json: { events: [] } }],
    'GET /platforms/bookings': [{ json: { bookings: [] } }],
    'POST /calendar/add-event': [{ status: 201, json: {} }],
  });
  const project = new Project({ LANDFALL_ENDPOINT: server.url, LANDFALL_TOKEN: 'lf_x' });
  // A service that the manifest does not ask for would be refused here.
  OFFERED.forEach((name) => project.run(name, {}));
  assert.deepEqual([...project.scopes].sort(), [...MANIFEST.oauthScopes].sort());
  assert.equal(MANIFEST.runtimeVersion, 'V8');
});

test('the menu leads to what there is', () => {
  const project = new Project({});
  project.run('onOpen');
  assert.deepEqual(project.menus, [
    {
      title: 'Landfall',
      items: [
        { caption: 'Synchronise now', name: 'sync' },
        { caption: 'Set up', name: 'setUp' },
      ],
    },
  ]);
});

test('each function that is offered is described with its parameters, and no other is offered', () => {
  const found = [...SOURCE.matchAll(/(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?^function (\w+)\((.*)\) \{$/gm)];
  const offered = found.filter(([, , name]) => !name.endsWith('_'));
  assert.deepEqual(
    offered.map(([, , name]) => name),
    OFFERED,
  );
  for (const [, text, name, parameters] of offered) {
    assert.ok(text, name);
    const described = [...text.matchAll(/@param \{[^]*?\}=? (\w+) /g)].map(([, parameter]) => parameter);
    assert.deepEqual(described.join(', '), parameters, name);
    assert.ok(name === 'onOpen' || text.includes('@return {'), name);
  }
});
