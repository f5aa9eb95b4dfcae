/** What people do with their accounts, and what the shop's staff does for them. */
import { accessibilityProblems, screenshot, sidewaysOverflow } from './browser.mjs';
import { actAs, isAdmin, isShopper, linkInLetter, orderStatus, payWith, putIn, sayWhereItGoes } from './steps.mjs';

const PASSWORD = 'four unrelated plain words';

async function register(page, name) {
  const email = `${name.toLowerCase()}-${Date.now()}@example.com`;
  await page.goto('/register');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Check your mail').waitFor();
  return email;
}

export const accountStories = {
  'a letter confirms the address, another one replaces a forgotten password': async ({ visit, accounts }) => {
    const admin = await (await visit()).open('/');
    await actAs(admin, accounts.find(isAdmin));
    const page = await (await visit()).open('/register');
    const email = await register(page, 'Hedy');
    await page.goto(await linkInLetter(admin, email, 'Confirm'));
    await page.waitForURL(/\/account\/taste/);
    await page.goto('/account/security');
    await page.getByText('Confirmed', { exact: true }).waitFor();
    await page.getByText('This device').waitFor();
    await screenshot(page, 'security', { fullPage: true });
    await page.getByTestId('persona-menu').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto('/login');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the letter' }).click();
    await page.getByText('Check your mail').waitFor();
    await page.goto(await linkInLetter(admin, email, 'Choose a new password'));
    await page.getByLabel('New password').fill('entirely other words now');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.waitForURL(/\/account$/);
    await screenshot(admin, 'admin-mailbox', { fullPage: true });
  },

  'a saved address is offered at checkout': async ({ visit, accounts }) => {
    const page = await (await visit()).open('/');
    await actAs(page, accounts.filter(isShopper)[1]);
    await page.goto('/account/addresses');
    await page.getByRole('button', { name: 'Add an address' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Which town?').waitFor();
    await page.getByLabel('Full name').fill('Mary Somerville');
    await page.getByLabel('Street and number').fill('Hill Road 5');
    await page.getByLabel('Postal code').fill('80331');
    await page.getByLabel('City').fill('Munich');
    await page.getByLabel('Country').selectOption('DE');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Hill Road 5').waitFor();
    await screenshot(page, 'addresses');
    await putIn(page, 3);
    await page.goto('/checkout');
    await page.getByRole('radio', { name: /Mary Somerville/ }).first().check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('radiogroup', { name: 'Shipping' }).waitFor();
  },

  'a wish is kept': async ({ visit, accounts }) => {
    const page = await (await visit()).open('/search?stock=1');
    await actAs(page, accounts.find(isShopper));
    await page.goto('/search?stock=1');
    await page.locator('main article a').nth(4).click();
    const name = await page.getByRole('heading', { level: 1 }).innerText();
    await page.getByTestId('wishlist').click();
    await page.getByTestId('wishlist').filter({ hasText: 'On your wishlist' }).waitFor();
    await page.goto('/account/wishlist');
    await page.getByRole('article', { name, exact: true }).waitFor();
    await screenshot(page, 'wishlist');
    await page.getByRole('button', { name: `Take ${name} off the wishlist` }).click();
    await page.getByRole('article', { name, exact: true }).waitFor({ state: 'detached' });
  },

  'staff send an order, and its buyer hears of it': async ({ visit, accounts }) => {
    const page = await (await visit()).open('/');
    await actAs(page, accounts.filter(isShopper)[2]);
    await putIn(page, 10);
    await sayWhereItGoes(page);
    await payWith(page, /Card that works/);
    await orderStatus(page, 'Paid').waitFor();
    const number = new URL(page.url()).pathname.split('/').at(-1);
    const staff = await (await visit()).open('/');
    await actAs(staff, accounts.find(isAdmin));
    await staff.goto('/admin');
    await staff.getByRole('link', { name: number }).click();
    await staff.getByLabel('Tracking number').fill('00340434161094015902');
    await screenshot(staff, 'admin-order', { fullPage: true });
    await staff.getByRole('button', { name: 'Send', exact: true }).click();
    await orderStatus(staff, 'On its way').waitFor();
    await orderStatus(page, 'On its way').waitFor();
    await page.getByTestId('parcel').filter({ hasText: '00340434161094015902' }).waitFor();
    await page.getByRole('button', { name: /^Notifications, \d+ unread/ }).waitFor();
    await page.getByTestId('notifications').click();
    await page.getByRole('dialog', { name: 'Notifications' }).getByRole('listitem').first().waitFor();
    await screenshot(page, 'notifications');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'I have everything' }).click();
    await orderStatus(page, 'Completed').waitFor();
    await screenshot(page, 'order-completed', { fullPage: true });
  },

  'a review is written, read by staff, and shown': async ({ visit, accounts }) => {
    const page = await (await visit()).open('/search?stock=1');
    await actAs(page, accounts.filter(isShopper)[1]);
    await page.goto('/search?stock=1');
    await page.locator('main article a').nth(6).click();
    await page.waitForURL(/\/p\//);
    const title = `Worth it ${Date.now()}`;
    await page.getByRole('button', { name: 'Write a review' }).click();
    await page.getByText('4 stars', { exact: true }).last().click({ force: true });
    await page.getByLabel('In a few words').fill(title);
    await page.getByLabel('What should others know?').fill('It does what it says.');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Your review shows up here once').waitFor();
    const staff = await (await visit()).open('/');
    await actAs(staff, accounts.find(isAdmin));
    await staff.goto('/admin/reviews');
    const waiting = staff.getByRole('listitem').filter({ hasText: title });
    await waiting.getByRole('button', { name: 'Publish' }).click();
    await waiting.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('heading', { name: title }).waitFor();
    await screenshot(page, 'reviews');
  },

  'accounts and administration are for everybody': async ({ visit, accounts, assert }) => {
    const findings = [];
    const views = {
      phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
      dark: { colorScheme: 'dark' },
    };
    for (const [name, options] of Object.entries(views)) {
      const page = await (await visit(options)).open('/');
      await actAs(page, accounts.find(isAdmin));
      const paths = ['/account/orders', '/account/addresses', '/account/wishlist', '/account/security', '/forgot-password'];
      const admin = ['/admin', '/admin/reviews', '/admin/transfers', '/admin/mailbox', '/admin/dead-letters'];
      for (const path of [...paths, ...admin]) {
        await page.goto(path);
        await page.waitForLoadState('networkidle').catch(() => {});
        const overflow = await sidewaysOverflow(page);
        if (overflow > 0) findings.push(`${name} ${path}: ${overflow} px too wide`);
        findings.push(...(await accessibilityProblems(page)).map((problem) => `${name} ${path}: ${problem}`));
        await screenshot(page, `${path.slice(1).replaceAll('/', '-')}-${name}`, { fullPage: true });
      }
    }
    assert.deepEqual(findings, []);
  },
};
