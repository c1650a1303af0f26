// What the page weighs, how long it takes, and how it stays alive.

/** The API as another client asks it. */
export function askedFor(url, token) {
  return (path, body) => fetch(`${url}/${path}`, {
    method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
}

/** What somebody else adds appears without a reload, and what has not changed is not sent again. */
export async function live(visits, ask) {
  const page = await visits.enter('phone-light');
  const told = { appeared: false, reloads: 0, unchanged: 0, changed: 0 };
  await visits.show(page, 'today');
  page.on('framenavigated', () => { told.reloads += 1; });
  page.on('response', (answer) => {
    if (!answer.url().endsWith('/overview')) return;
    if (answer.status() === 304) told.unchanged += 1;
    else told.changed += 1;
  });
  await page.waitForResponse((answer) => answer.url().endsWith('/overview') && answer.status() === 304, { timeout: 45_000 });
  const start = new Date(Date.now() + 5 * 3600e3);
  const added = await ask('calendar/add-event', {
    asset: 'sloop', title: 'Added meanwhile', start: start.toISOString(), end: new Date(start.getTime() + 3600e3).toISOString(), accept_unchecked: true,
  });
  if (added.status !== 201) throw new Error(`${added.status} ${await added.text()}`);
  await page.waitForSelector('text=Added meanwhile', { timeout: 25_000 });
  told.appeared = true;
  await page.context().close();
  return told;
}

/** The bytes of the page's own files, as they come to who has none of them. */
export async function bytes({ browser, url }) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const answers = [];
  page.on('response', (answer) => { if (/\/dashboard(\/|$)/.test(new URL(answer.url()).pathname)) answers.push(answer); });
  await page.goto(`${url}/dashboard`);
  await page.waitForSelector('#token');
  const bodies = await Promise.all(answers.filter((answer) => answer.status() === 200).map((answer) => answer.body()));
  await context.close();
  return bodies.reduce((sum, body) => sum + body.length, 0);
}

/** Milliseconds of script from the load to the first render of five hundred bookings on several assets. */
export async function scriptTime(visits) {
  const told = {};
  for (const view of ['today', 'calendar']) {
    const page = await visits.enter('phone-light');
    await page.route('**/overview', (route) => withMany(route));
    await page.evaluate((hash) => { location.hash = hash; }, view);
    const session = await page.context().newCDPSession(page);
    for (const part of ['Performance', 'Profiler']) await session.send(`${part}.enable`);
    await session.send('Profiler.setSamplingInterval', { interval: 200 });
    await session.send('Profiler.start');
    await page.reload();
    await page.waitForSelector(`main[data-view=${view}] h2`);
    await page.waitForTimeout(300);
    const { profile } = await session.send('Profiler.stop');
    const { metrics } = await session.send('Performance.getMetrics');
    const ofMetrics = metrics.find(({ name }) => name === 'ScriptDuration').value * 1000;
    const drawn = await page.evaluate(() => performance.getEntriesByName('draw')[0].duration);
    // The browser's own count leaves out what runs when an answer has come, which is the render: the profile has it.
    told[view] = { ofMetrics, drawn, profiled: profiled(profile) };
    await page.context().close();
  }
  return told;
}

async function withMany(route) {
  const headers = { ...route.request().headers() };
  delete headers['if-none-match'];
  const answer = await route.fetch({ headers });
  const body = await answer.json();
  const assets = body.sites.flatMap((site) => site.assets.map((asset) => ({ asset: asset.id, site: site.id })));
  body.calendar = Array.from({ length: 500 }, (_, index) => {
    const start = new Date(Date.now() + (index % 30) * 86400e3 + index * 60e3);
    return { ...body.calendar[0], ...assets[index % assets.length], id: `many-${index}`, title: `Booking ${index}`, start: start.toISOString(), end: new Date(start.getTime() + 3 * 3600e3).toISOString() };
  });
  await route.fulfill({ response: answer, body: JSON.stringify(body), headers: { ...answer.headers(), etag: '"many"' } });
}

/** Of all samples, those in which something of a script ran. */
function profiled({ nodes, samples, timeDeltas }) {
  const idle = new Set(nodes.filter((node) => ['(idle)', '(program)'].includes(node.callFrame.functionName)).map((node) => node.id));
  return samples.reduce((sum, id, index) => (idle.has(id) ? sum : sum + timeDeltas[index]), 0) / 1000;
}
