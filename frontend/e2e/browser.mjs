/** Chromium as the tests use it, watched for errors and for requests that leave the shop. */
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const CANDIDATES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launch() {
  const executablePath = CANDIDATES.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('no Chromium found: install the Debian package chromium or set CHROMIUM');
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A shopper's browser: its own storage, any number of tabs, and a list of everything that went wrong in them. */
export async function shopper(browser, base, options = {}) {
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width: 1440, height: 1000 },
    colorScheme: 'light',
    ...options,
  });
  const problems = [];
  const shop = { problems, context, offline: false };
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (['data:', 'blob:'].includes(url.protocol) || url.host === new URL(base).host) return;
    problems.push(`request outside the shop: ${request.url()}`);
  });
  context.on('page', (page) => {
    page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      if (shop.offline && message.text().includes('net::ERR_INTERNET_DISCONNECTED')) return;
      problems.push(`console: ${message.text()}`);
    });
  });
  shop.open = async (path) => {
    const page = await context.newPage();
    await page.goto(path);
    return page;
  };
  shop.setOffline = async (offline) => {
    shop.offline = offline || shop.offline;
    await context.setOffline(offline);
  };
  return shop;
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong for people who do not see the screen or do not use a mouse. */
export async function accessibilityProblems(page) {
  // What is still fading in has the contrast of neither its beginning nor its end.
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime));
    return Promise.allSettled(ending.map((animation) => animation.finished));
  });
  await page.evaluate(await axeSource);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).slice(0, 3).join(' | ')}`,
    );
  });
}

export const sidewaysOverflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** How much of the page has moved without being asked, as the browser counts it. */
export const layoutShift = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        let total = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(total), 100);
      }),
  );

export const OUTPUT = new URL('./output/', import.meta.url).pathname;
mkdirSync(OUTPUT, { recursive: true });

export const screenshot = (page, name, options = {}) => page.screenshot({ path: `${OUTPUT}${name}.png`, ...options });
