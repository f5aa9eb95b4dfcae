/** The dashboard behind the counter: figures that follow what shoppers do. */
import { accessibilityProblems, screenshot, sidewaysOverflow } from './browser.mjs';
import { actAs, isShopper } from './steps.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const isAdmin = (account) => account.role === 'ADMIN';

/** The sum of a figure over all strategies. */
const total = (page, figure) =>
  page.evaluate(
    (name) =>
      [...document.querySelectorAll(`[data-testid="strategy"] [data-figure="${name}"]`)]
        .map((cell) => Number(cell.lastChild.textContent.replaceAll(',', '')))
        .reduce((sum, value) => sum + value, 0),
    figure,
  );

async function watch(page) {
  await page.goto('/admin/dashboard');
  await page.getByTestId('live').filter({ hasText: 'Live' }).waitFor();
}

export const dashboardStories = {
  'the dashboard counts a click and a cart as they happen': async ({ visit, accounts, assert }) => {
    const shop = await (await visit()).open('/');
    await actAs(shop, accounts.filter(isShopper)[2]);
    const shelf = shop.locator('[data-testid="for-you-shelf"] > [data-key]');
    await shelf.first().waitFor();
    const page = await (await visit({ viewport: { width: 1280, height: 900 } })).open('/');
    await actAs(page, accounts.find(isAdmin));
    await watch(page);
    await page.getByTestId('strategy').first().waitFor();
    const [clicks, carts] = [await total(page, 'Clicks'), await total(page, 'In carts')];
    await shelf.first().getByRole('link').first().click();
    await shop.waitForURL(/\/p\//);
    await shop.getByRole('button', { name: 'Add to basket' }).click();
    await shop.getByRole('status').filter({ hasText: 'Put in your basket' }).waitFor();
    for (let tries = 0; (await total(page, 'In carts')) <= carts || (await total(page, 'Clicks')) <= clicks; tries += 1) {
      assert.ok(tries < 40, 'the figures follow within ten seconds, without a reload');
      await page.waitForTimeout(250);
    }
    await screenshot(page, 'dashboard', { fullPage: true });
  },

  'the dashboard is readable on a phone, in the dark, and with assistive technology': async ({ visit, accounts, assert }) => {
    const findings = [];
    for (const [name, options] of Object.entries({ phone: PHONE, dark: { colorScheme: 'dark' }, light: {} })) {
      const page = await (await visit(options)).open('/');
      await actAs(page, accounts.find(isAdmin));
      await watch(page);
      await page.getByTestId('experiment').first().waitFor();
      for (const span of ['24 hours', '90 days']) {
        await page.getByText(span, { exact: true }).click();
        await page.getByTestId('strategies').or(page.getByText('No lists were served')).waitFor();
      }
      await page.waitForLoadState('networkidle').catch(() => {});
      const overflow = await sidewaysOverflow(page);
      if (overflow > 0) findings.push(`${name}: ${overflow} px too wide`);
      findings.push(...(await accessibilityProblems(page)).map((problem) => `${name}: ${problem}`));
      await screenshot(page, `dashboard-${name}`, { fullPage: true });
    }
    assert.deepEqual(findings, []);
  },

  'the dashboard is closed to shoppers': async ({ visit, accounts }) => {
    const page = await (await visit()).open('/');
    await actAs(page, accounts.find(isShopper));
    await page.goto('/admin/dashboard');
    await page.getByText('This is for the people who run the shop').waitFor();
  },
};
