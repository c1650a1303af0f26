// What the operator does in one mode, on what was laid out for it.

const CAMPAIGNS = { 'phone-light': 0, 'phone-dark': 1, 'desktop-light': 2, 'desktop-dark': 3 };
const CANARY = '<img src=x onerror="window.pwned=1">';

export async function act(visits, mode) {
  const done = {};
  const page = await visits.enter(mode);
  await decide(visits, page, mode, done);
  await answerRequest(page, mode, done);
  await pause(visits, page, mode, done);
  await write(visits, page, mode, done);
  await visits.look(page, `${mode} acted`);
  await page.context().close();
  return done;
}

/** By the keyboard alone: the button is reached and pressed, and so is the dialog's. */
async function decide(visits, page, mode, done) {
  await visits.show(page, 'today');
  const clash = page.locator(`.clash:has-text("Reserved ${mode}")`);
  const key = await clash.getAttribute('data-key');
  await page.evaluate(() => { for (const more of document.querySelectorAll('details')) more.open = true; });
  await page.focus('#sign-out');
  for (let turns = 0; turns < 300; turns += 1) {
    await page.keyboard.press('Tab');
    if (await clash.evaluate((one) => one.contains(document.activeElement))) break;
  }
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog');
  await page.waitForTimeout(200);
  if (mode.endsWith('light') && mode.startsWith('phone')) await visits.check(page, 'dialog');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`[data-key="${key}"]`, { state: 'detached' });
  await page.waitForSelector('.toast:has-text("Decided.")');
  done.isResolved = await page.locator(`.clash:has-text("Reserved ${mode}")`).count() === 0;
}

async function answerRequest(page, mode, done) {
  const row = page.locator(`.row:has-text("A request ${mode}")`);
  await row.locator('text=Confirm').click();
  await page.click('dialog >> button.main');
  await row.locator('text=Hold again').waitFor();
  done.isConfirmed = true;
  await row.locator('text=Hold again').click();
  await row.locator('text=Confirm').waitFor();
  done.isTakenBack = await row.locator('text=Hold again').count() === 0;
}

async function pause(visits, page, mode, done) {
  await visits.show(page, 'messages');
  const row = page.locator('main .rows.wide > li').nth(CAMPAIGNS[mode]);
  await row.locator('button').click();
  await page.fill('#dialog-field', `rain ${mode} ${CANARY}`);
  await page.keyboard.press('Enter');
  await row.locator(`text=Paused: rain ${mode} <img`).waitFor();
  done.isPaused = true;
  await visits.look(page, `${mode} paused`);
  await row.locator('button').click();
  await row.locator('text=Paused:').waitFor({ state: 'detached' });
  done.isResumed = true;
}

async function write(visits, page, mode, done) {
  await visits.show(page, 'inbox');
  await page.click(`.opener:has-text("${mode}"):has-text("still free")`);
  await page.waitForSelector('#answer');
  done.draft = await page.inputValue('#answer');
  await page.waitForTimeout(200);
  await visits.check(page, `${mode} thread`);
  await page.click('.composer >> text=Send');
  await page.waitForSelector('.said.host');
  done.isSent = (await page.innerText('.said.host')).includes(done.draft.trim().split('\n')[0]);
  if (mode.startsWith('phone')) await page.click('text=Back to the list');
  await page.waitForSelector(`.opener:has-text("${mode}"):has-text("still free")`, { state: 'detached' });
  await page.click(`.opener:has-text("${mode}"):has-text("money back")`);
  await page.fill('#answer', 'half an answer');
  await page.click('text=Nothing to do');
  await page.waitForSelector(`.opener:has-text("${mode}")`, { state: 'detached' });
  done.isClosed = true;
}
