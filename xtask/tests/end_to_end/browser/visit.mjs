// A visit to the deployed page: signed in, watched, and judged by axe.

import { readFileSync } from 'node:fs';

export const VIEWS = ['today', 'inbox', 'calendar', 'messages', 'reports', 'system'];
export const MODES = {
  'phone-light': [390, 844, 'light'], 'phone-dark': [390, 844, 'dark'], 'desktop-light': [1440, 900, 'light'], 'desktop-dark': [1440, 900, 'dark'],
};

export class Visits {
  constructor(browser, { url, token, axe }) {
    Object.assign(this, { browser, url, token });
    this.judge = readFileSync(axe, 'utf8');
    this.seen = { errors: [], violations: [], judged: [], refusedByPolicy: [], tooWide: [], elements: [], pwned: false };
  }

  /** The page before anybody has signed in. */
  async arrive(mode, settings = {}) {
    const [width, height, colorScheme] = MODES[mode];
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme, locale: 'en-US', ...settings });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.seen.errors.push(error.message));
    await page.addInitScript(() => {
      window.refused = [];
      document.addEventListener('securitypolicyviolation', (event) => window.refused.push(`${event.effectiveDirective} ${event.blockedURI}`));
    });
    page.setDefaultTimeout(30_000);
    await page.goto(`${this.url}/dashboard`);
    await page.waitForSelector('#token');
    return page;
  }

  async enter(mode, settings = {}, token = this.token) {
    const page = await this.arrive(mode, settings);
    await page.fill('#token', token);
    await page.click('button[type=submit]');
    await page.waitForSelector('main h2');
    return page;
  }

  /** A view that has told all that it has to tell. */
  async show(page, view) {
    await page.evaluate((hash) => { location.hash = hash; }, view);
    await page.waitForSelector(`main[data-view=${view}] h2`);
    if (view === 'inbox') await page.waitForSelector('.opener, .empty');
    if (view === 'messages') await page.waitForSelector('.trouble:not([aria-busy])', { state: 'attached' });
    if (view === 'reports') await page.waitForSelector('.tile');
    await page.waitForTimeout(250);
  }

  /** axe runs beside the page's policy, as an extension does. */
  async check(page, where) {
    const session = await page.context().newCDPSession(page);
    await session.send('Runtime.evaluate', { expression: this.judge });
    const expression = 'axe.run(document).then((found) => JSON.stringify(found.violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes[0].html, why: nodes[0].failureSummary }))))';
    const found = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    const serious = JSON.parse(found.result.value).filter(({ impact }) => ['serious', 'critical'].includes(impact));
    for (const violation of serious) this.seen.violations.push({ where, ...violation });
    this.seen.judged.push(where);
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) this.seen.tooWide.push(where);
    await this.look(page, where);
  }

  /** Whether anything that others wrote became more than text. */
  async look(page, where) {
    const found = await page.evaluate(() => ({
      isPwned: window.pwned !== undefined, refused: window.refused,
      elements: [...document.querySelectorAll('body img, body script, body iframe, [onerror], [src=x]')].map((one) => one.outerHTML),
    }));
    this.seen.pwned ||= found.isPwned;
    this.seen.refusedByPolicy.push(...found.refused.map((one) => `${where}: ${one}`));
    this.seen.elements.push(...found.elements.map((one) => `${where}: ${one}`));
  }
}
