// Threads: what is being written outlives everything that is new.

import assert from 'node:assert/strict';
import { json, message, thread } from '../service.mjs';

async function openThread({ page, open }) {
  await open('inbox');
  await page.click('.opener');
  await page.waitForSelector('#answer');
}

export const cases = [
  ['a guest who writes again is shown above what is being written', async (all) => {
    const { page, service, poll } = all;
    await openThread(all);
    await page.fill('#answer', 'half an ans');
    await page.evaluate(() => document.querySelector('#answer').setSelectionRange(4, 4));
    service.threads = [thread({}, [message(), message({ id: 'm2', text: 'Or on Sunday?' })])];
    await poll();
    await page.waitForSelector('text=Or on Sunday?');
    assert.match(await page.innerText('.thread'), /wrote again while you were writing/);
    await page.keyboard.type('X');
    assert.equal(await page.inputValue('#answer'), 'halfX an ans');
    await page.click('.composer >> text=Send');
    await page.waitForSelector('.toast.show');
    assert.deepEqual(service.last('inbox/t1/reply').body, { text: 'halfX an ans', seen: 'm2' });
  }],
  ['an answer to a thread that has changed is refused, and kept', async (all) => {
    const { page, service } = all;
    await openThread(all);
    await page.fill('#answer', 'Yes, it is free');
    service.answers['inbox/t1/reply'] = () => {
      service.threads = [thread({}, [message(), message({ id: 'm2', text: 'Never mind' })])];
      return json({ detail: 'the guest has written again' }, 409);
    };
    await page.click('.composer >> text=Send');
    await page.waitForSelector('text=Never mind');
    assert.match(await page.innerText('.composer'), /Not done: the guest has written again/);
    assert.equal(await page.inputValue('#answer'), 'Yes, it is free');
    service.answers['inbox/t1/close'] = () => json({ detail: 'the guest has written again' }, 409);
    await page.click('text=Nothing to do');
    await page.waitForTimeout(100);
    assert.deepEqual(service.last('inbox/t1/close').body, { seen: 'm2' });
    assert.equal(await page.inputValue('#answer'), 'Yes, it is free');
  }],
  ['a draft that comes does not replace what was written', async (all) => {
    const { page, service, poll } = all;
    await openThread(all);
    await page.fill('#answer', 'mine');
    service.threads = [thread({ draft: { id: 'd1', text: 'The draft', rule: 'r' } })];
    await poll();
    assert.equal(await page.inputValue('#answer'), 'mine');
    assert.match(await page.innerText('.composer'), /Draft by rule r/);
  }],
  ['a draft that nobody has changed follows the newest one', async (all) => {
    const { page, service, poll } = all;
    service.threads = [thread({ draft: { id: 'd1', text: 'The draft', rule: 'r' } })];
    await openThread(all);
    assert.equal(await page.inputValue('#answer'), 'The draft');
    service.threads = [thread({ draft: { id: 'd2', text: 'A better one', rule: 'r' } })];
    await poll();
    assert.equal(await page.inputValue('#answer'), 'A better one');
    await page.click('.composer >> text=Send');
    await page.waitForTimeout(100);
    assert.deepEqual(service.last('inbox/t1/reply').body, { draft: 'd2', seen: 'm1' });
  }],
  ['a thread that cannot be read leaves the others at hand', async (all) => {
    const { page, service, open } = all;
    service.answers['inbox/t1'] = () => json({ title: 'unavailable' }, 503);
    await open('inbox');
    await page.click('.opener');
    await page.waitForSelector('.thread >> text=cannot be read');
    assert.match(await page.innerText('.threads'), /Guest A/);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.click('text=Back to the list');
    await page.waitForSelector('.opener >> visible=true');
    delete service.answers['inbox/t1'];
    await page.click('.opener');
    await page.waitForSelector('#answer');
  }],
  ['a list that cannot be read leaves the thread at hand', async (all) => {
    const { page, service, poll } = all;
    await openThread(all);
    await page.fill('#answer', 'half');
    service.answers.inbox = () => json({ title: 'unavailable' }, 503);
    await poll();
    await page.waitForSelector('.threads >> text=cannot be read');
    assert.equal(await page.inputValue('#answer'), 'half');
  }],
  ['a late list is not shown under another heading', async (all) => {
    const { page, service, open } = all;
    service.answers.inbox = ({ query }) => json({ threads: query.get('state') === 'closed' ? [] : [thread().thread] });
    await open('inbox');
    await page.waitForSelector('.opener');
    const go = service.hold('inbox');
    await page.click('text=Answered');
    await page.click('text=Closed');
    await page.waitForSelector('text=No thread is here.');
    go();
    await page.waitForTimeout(150);
    assert.match(await page.innerText('.threads'), /No thread is here/);
  }],
  ['what one operator was writing is not there for the next', async (all) => {
    const { page, service } = all;
    await openThread(all);
    await page.fill('#answer', 'secret words');
    const go = service.hold('inbox/t1');
    await page.clock.runFor(20_000);
    await page.click('#sign-out');
    await page.waitForSelector('#token');
    go();
    await page.fill('#token', 'x');
    await page.click('text=Sign in >> nth=-1');
    await page.waitForSelector('.opener');
    assert.equal(await page.isVisible('#answer'), false);
    await page.click('.opener');
    await page.waitForSelector('#answer');
    assert.equal(await page.inputValue('#answer'), '');
  }],
];
