/** What people do in the shop, and what they must see. */
import { accessibilityProblems, layoutShift, screenshot, sidewaysOverflow } from './browser.mjs';
import { actAs, isAdmin, isShopper, linkInLetter, liveShelf, shelfCards as cards } from './steps.mjs';

const shownIds = (page) => cards(page).evaluateAll((nodes) => nodes.map((node) => node.dataset.key));

/** Likes products that are not on the shelf until the shelf in the other tab moves. */
async function likeUntilMoved(tab, watched) {
  const before = JSON.stringify(await shownIds(watched));
  for (let index = 0; index < 6; index += 1) {
    await tab.goto('/search?sort=newest&stock=1');
    await tab.locator('main article a').nth(index * 3).click();
    const name = await tab.getByRole('heading', { level: 1 }).innerText();
    await tab.getByTestId('like').click();
    await tab.getByTestId('like').filter({ hasText: 'Liked' }).waitFor();
    const moved = await watched
      .getByTestId('shelf-update')
      .filter({ hasText: 'Updated' })
      .waitFor({ timeout: 4_000 })
      .then(() => true, () => false);
    if (moved) return { name, before, after: JSON.stringify(await shownIds(watched)) };
  }
  throw new Error('no like moved the shelf');
}

export const stories = {
  'a visitor finds a live shelf that explains itself': async ({ visit, assert }) => {
    const page = await (await visit()).open('/');
    await liveShelf(page);
    assert.equal(await cards(page).count(), 12);
    await page.waitForLoadState('networkidle').catch(() => {});
    assert.ok((await layoutShift(page)) < 0.1, 'the page moved while it loaded');
    await screenshot(page, 'home-light');
    await cards(page).first().getByRole('button', { name: /^Why / }).click();
    const why = page.getByRole('dialog', { name: /^Why / });
    await why.getByText('Source').waitFor();
    await screenshot(page, 'home-why');
    await page.keyboard.press('Escape');
    await why.waitFor({ state: 'hidden' });
  },

  'a new visitor states a taste and the shelf follows': async ({ visit }) => {
    const page = await (await visit()).open('/');
    await liveShelf(page);
    const before = JSON.stringify(await shownIds(page));
    await page.getByRole('region', { name: 'What do you like?' }).getByRole('button').nth(1).click();
    await page.waitForFunction(
      (ids) =>
        JSON.stringify(
          [...document.querySelectorAll('[data-testid="for-you-shelf"] > [data-key]')].map((node) => node.dataset.key),
        ) !== ids,
      before,
    );
  },

  'a like in one tab moves the shelf in another': async ({ visit, accounts, assert }) => {
    const person = await visit();
    const first = await person.open('/');
    await liveShelf(first);
    const account = accounts.find(isShopper);
    await actAs(first, account);
    await first.getByRole('heading', { level: 1, name: /^For you, / }).waitFor();
    await liveShelf(first);
    const second = await person.open('/');
    const { name, before, after } = await likeUntilMoved(second, first);
    assert.notEqual(after, before);
    await first.getByTestId('shelf-update').filter({ hasText: name }).waitFor();
    await screenshot(first, 'home-updated');
  },

  'a product that is not for me leaves at once': async ({ visit, accounts, assert }) => {
    const page = await (await visit()).open('/');
    await actAs(page, accounts.find(isShopper));
    await liveShelf(page);
    const [first] = await shownIds(page);
    await cards(page).first().hover();
    await cards(page).first().getByRole('button', { name: /^Not for me/ }).click();
    await page.waitForFunction((id) => !document.querySelector(`[data-key="${CSS.escape(id)}"]`), first, {
      timeout: 1_000,
    });
    await page.reload();
    await liveShelf(page);
    assert.ok(!(await shownIds(page)).includes(first));
  },

  'the shelf can be tuned and says what served it': async ({ visit, accounts, assert }) => {
    const page = await (await visit()).open('/');
    await actAs(page, accounts.find(isShopper));
    await liveShelf(page);
    await page.getByRole('button', { name: 'Tune this shelf' }).click();
    const strategy = page.getByRole('combobox', { name: 'Strategy', exact: true });
    const offered = await page.evaluate(async () => {
      const query = '{ known: __type(name: "RecommendationStrategy") { enumValues { name } } }';
      const headers = { 'content-type': 'application/json' };
      const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
      return (await response.json()).data.known.enumValues.map((value) => value.name);
    });
    const shown = await strategy.locator('option').evaluateAll((nodes) => nodes.map((node) => node.value));
    assert.deepEqual(shown.filter(Boolean).toSorted(), offered.filter((name) => name !== 'OTHER').toSorted());
    await strategy.selectOption('POPULAR');
    await page.getByTestId('provenance').filter({ hasText: 'Bestsellers' }).waitFor();
    await page.getByRole('slider', { name: 'Variety' }).focus();
    await page.keyboard.press('End');
    await page.getByRole('button', { name: 'Reset' }).click();
    await screenshot(page, 'home-tuned');
  },

  'browsing keeps its filters in the address': async ({ visit, assert }) => {
    const page = await (await visit()).open('/');
    await page.getByRole('navigation', { name: 'Categories' }).getByRole('link').first().click();
    await page.waitForURL(/\/c\//);
    await page.getByLabel('Sort by').selectOption('price');
    await page.getByLabel('In stock only').check();
    await page.getByRole('button', { name: 'Grade C or better' }).click();
    await page.waitForURL(/grade=C/);
    assert.match(page.url(), /stock=1/);
    assert.match(page.url(), /sort=price/);
    await page.getByRole('status').filter({ hasText: /\d product/ }).waitFor();
    const names = () => page.locator('main article h3').allInnerTexts();
    await page.locator('main article').first().waitFor();
    await page.waitForLoadState('networkidle');
    const before = await names();
    await page.reload();
    await page.locator('main article').first().waitFor();
    assert.deepEqual(await names(), before);
    await screenshot(page, 'browse');

    await page.goto('/search');
    await page.locator('main article').first().waitFor();
    const count = await page.locator('main article').count();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.waitForFunction((shown) => document.querySelectorAll('main article').length > shown, count);
    assert.match(page.url(), /pages=2/);
  },

  'search suggests, and works with keys alone': async ({ visit, assert }) => {
    const page = await (await visit()).open('/search');
    const name = (await page.locator('main article h3').first().innerText()).split(' ').find((word) => word.length > 3);
    await page.keyboard.press('/');
    await page.keyboard.type(name.slice(0, 4).toLowerCase());
    await page.getByRole('listbox').getByRole('option').first().waitFor();
    await screenshot(page, 'search-suggestions');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/search\?q=/);
    await page.getByRole('status').filter({ hasText: /[1-9]\d* product/ }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type(name.slice(0, 4).toLowerCase());
    await page.getByRole('listbox').getByRole('option').last().waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/p\//);
    assert.ok(await page.getByRole('heading', { level: 1 }).innerText());
  },

  'a product goes into the basket and into the history': async ({ visit, accounts }) => {
    const page = await (await visit()).open('/search?stock=1');
    await actAs(page, accounts.findLast(isShopper));
    await page.locator('main article a').nth(2).click();
    await page.waitForURL(/\/p\//);
    const name = await page.getByRole('heading', { level: 1 }).innerText();
    await page.getByRole('button', { name: 'Add to basket' }).click();
    await page.getByRole('link', { name: 'Basket, 1 item' }).waitFor();
    await page.waitForTimeout(900);
    await page.waitForLoadState('networkidle').catch(() => {});
    await screenshot(page, 'product');
    await page.getByRole('link', { name: /^Basket/ }).click();
    await page.getByRole('main').getByRole('link', { name, exact: true }).first().waitFor();
    await screenshot(page, 'basket');
    await page.waitForTimeout(500);
    await page.goto('/account/history');
    await page.getByRole('main').getByRole('link', { name, exact: true }).waitFor();
    await screenshot(page, 'history');
  },

  'mistakes in a form are named next to their field': async ({ visit, assert }) => {
    const page = await (await visit()).open('/register');
    await page.getByLabel('Name').fill('Grace');
    await page.getByLabel('E-mail').fill(`grace-${Date.now()}@example.com`);
    await page.getByLabel('Password').fill('abc');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.locator('[aria-invalid="true"]').waitFor();
    assert.equal(await page.locator('[aria-invalid="true"]').getAttribute('name'), 'password');
    await screenshot(page, 'register-mistake');
    await page.goto('/login');
    await page.getByLabel('E-mail').fill('nobody@example.com');
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).last().click();
    await page.getByText(/password/i).nth(1).waitFor();
  },

  'an account is made, states a taste and signs out': async ({ visit, accounts, assert }) => {
    const admin = await (await visit()).open('/');
    await actAs(admin, accounts.find(isAdmin));
    const page = await (await visit()).open('/register');
    const email = `grace-${Date.now()}@example.com`;
    await page.getByLabel('Name').fill('Grace Hopper');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('four unrelated plain words');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Check your mail').waitFor();
    // The password alone does not sign in before the address is confirmed.
    await page.goto('/login');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('four unrelated plain words');
    await page.getByRole('button', { name: 'Sign in', exact: true }).last().click();
    await page.getByRole('alert').getByText('Follow the link in our letter first').waitFor();
    assert.equal(new URL(page.url()).pathname, '/login');
    await page.goto(await linkInLetter(admin, email, 'Confirm'));
    await page.waitForURL(/\/account\/taste/);
    await page.getByTestId('persona-menu').getByText('Grace').waitFor();
    await page.getByRole('group', { name: 'Categories' }).getByRole('button').first().click();
    await page.getByRole('button', { name: 'Save taste' }).click();
    await page.getByRole('status').filter({ hasText: 'Saved' }).waitFor();
    await screenshot(page, 'taste');
    await page.reload();
    await page.getByRole('group', { name: 'Categories' }).locator('[aria-pressed="true"]').first().waitFor();
    await page.getByTestId('persona-menu').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are not signed in').waitFor();
  },

  'being offline is said, survived, and what was done meanwhile arrives': async ({ visit, accounts }) => {
    const person = await visit();
    const page = await person.open('/search?stock=1');
    await actAs(page, accounts.find(isShopper));
    await page.locator('main article a').nth(5).click();
    await page.getByTestId('like').waitFor();
    await person.setOffline(true);
    await page.getByText('You are offline').waitFor();
    await page.getByTestId('like').click();
    await page.waitForTimeout(600);
    const arrived = page.waitForResponse(
      async (response) =>
        response.url().endsWith('/graphql') && (response.request().postData() ?? '').includes('LIKE') && response.ok(),
      { timeout: 20_000 },
    );
    await person.setOffline(false);
    await arrived;
    await page.getByText('You are offline').waitFor({ state: 'hidden' });
  },

  'small screens, dark colours and assistive technology are served too': async ({ visit, assert }) => {
    const findings = [];
    for (const [name, options] of Object.entries({
      phone: { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
      dark: { colorScheme: 'dark' },
      light: {},
    })) {
      const person = await visit(options);
      const page = await person.open('/');
      await liveShelf(page);
      const product = await page.locator('[data-testid="for-you-shelf"] article a').first().getAttribute('href');
      const category = await page
        .getByRole('navigation', { name: 'Categories' })
        .getByRole('link')
        .nth(1)
        .getAttribute('href');
      for (const path of ['/', category, product, '/login', '/register', '/basket', '/nowhere']) {
        await page.goto(path);
        await page.waitForLoadState('networkidle').catch(() => {});
        const label = `${name} ${path}`;
        const overflow = await sidewaysOverflow(page);
        if (overflow > 0) findings.push(`${label}: ${overflow} px too wide`);
        findings.push(...(await accessibilityProblems(page)).map((problem) => `${label}: ${problem}`));
        const shot = path === '/' ? 'home' : path === product ? 'product' : path === category ? 'category' : null;
        if (shot) await screenshot(page, `${shot}-${name}`, { fullPage: name === 'phone' });
      }
    }
    assert.deepEqual(findings, []);
  },

  'GraphiQL acts as a shopper and its subscription hears of a like': async ({ visit, accounts, assert }) => {
    const account = accounts.find(isShopper);
    const graphiql = await (await visit()).open('/graphiql');
    await graphiql.getByRole('button', { name: account.label, exact: true }).click();
    await graphiql.locator('.persona-bar [aria-pressed="true"]').filter({ hasText: account.label }).waitFor();
    await graphiql.getByRole('tab', { name: 'Recommendations', exact: true }).click();
    await graphiql.locator('.graphiql-execute-button').click();
    await graphiql.locator('.result-window').getByText('servedStrategy').first().waitFor();
    await screenshot(graphiql, 'graphiql-recommendations');
    await graphiql.getByRole('tab', { name: 'LiveRecommendations' }).click();
    await graphiql.locator('.graphiql-execute-button').click();
    const response = graphiql.locator('.result-window');
    await response.getByText('"SUBSCRIBED"').waitFor();

    const shop = await (await visit()).open('/');
    await actAs(shop, account);
    const hear = response.getByText('"INTERACTION"').first();
    for (let index = 0; index < 6; index += 1) {
      await shop.goto('/search?sort=greenest&stock=1');
      await shop.locator('main article a').nth(index * 2).click();
      await shop.getByTestId('like').click();
      if (await hear.waitFor({ timeout: 3_000 }).then(() => true, () => false)) break;
    }
    assert.ok(await hear.isVisible(), 'the subscription heard nothing');
    await screenshot(graphiql, 'graphiql-live');

    const admin = accounts.find((entry) => entry.role === 'ADMIN');
    await graphiql.locator('.graphiql-execute-button').click();
    await graphiql.getByRole('button', { name: admin.label, exact: true }).click();
    await graphiql.locator('.persona-bar [aria-pressed="true"]').filter({ hasText: admin.label }).waitFor();
    await graphiql.getByRole('tab', { name: 'Strategies' }).click();
    await graphiql.locator('.graphiql-execute-button').click();
    await response.getByText('trainingRuns').first().waitFor();
    assert.equal(await response.getByText('"errors"').count(), 0);
  },
};
