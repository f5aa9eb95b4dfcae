/** How the shop's owner steers what is recommended. */
import { accessibilityProblems, screenshot, sidewaysOverflow } from './browser.mjs';
import { actAs, isAdmin, isShopper, liveShelf, shelfCards } from './steps.mjs';

const names = (page) => shelfCards(page).locator('h3').allInnerTexts();
const saved = (page) => page.getByRole('status').filter({ hasText: /^Saved\. Lists/ }).waitFor();

/** Waits until the open page of a shopper begins with a product, or no longer does. */
const opensWith = (page, name, expected = true) =>
  page.waitForFunction(
    ([wanted, wished]) =>
      (document.querySelector('[data-testid="for-you-shelf"] > [data-key] h3')?.textContent === wanted) === wished,
    [name, expected],
    { timeout: 10_000 },
  );

async function openRules(visit, accounts) {
  const admin = await (await visit()).open('/');
  await actAs(admin, accounts.find(isAdmin));
  await admin.goto('/admin');
  await admin.getByRole('link', { name: 'Recommendations' }).click();
  await admin.getByRole('heading', { name: 'Pinned products' }).waitFor();
  await admin.getByRole('list', { name: 'Preview' }).waitFor();
  return admin;
}

export const recommending = {
  'what the owner pins opens the list of a shopper who is looking on': async ({ visit, accounts, assert }) => {
    const page = await (await visit()).open('/');
    await actAs(page, accounts.find(isShopper));
    await liveShelf(page);
    const name = (await names(page)).at(-1);
    const admin = await openRules(visit, accounts);
    await admin.getByLabel('Whose list').selectOption(accounts.find(isShopper).label);

    // With keys alone, from the search to the saving.
    await admin.getByRole('combobox', { name: 'Pin a product' }).focus();
    await admin.keyboard.type(name);
    await admin.getByRole('option', { name }).first().waitFor();
    await admin.keyboard.press('ArrowDown');
    await admin.keyboard.press('Enter');
    const pins = admin.getByRole('list', { name: 'Pinned products' }).getByRole('listitem');
    await pins.filter({ hasText: name }).waitFor();
    await admin.getByText('Not saved yet').waitFor();
    const preview = admin.getByRole('list', { name: 'Preview' }).getByRole('listitem');
    await preview.first().filter({ hasText: name }).waitFor();
    assert.notEqual((await names(page))[0], name, 'a preview is nobody else’s list');
    await screenshot(admin, 'admin-recommendations', { fullPage: true });
    await admin.getByRole('button', { name: 'Save', exact: true }).press('Enter');
    await saved(admin);

    await opensWith(page, name);
    await page.getByTestId('shelf-update').filter({ hasText: 'rearranged its shelves' }).waitFor();
    await shelfCards(page).first().getByRole('button', { name: /Chosen/ }).waitFor();
    await admin.getByRole('button', { name: `Unpin ${name}` }).click();
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
    await saved(admin);
    await opensWith(page, name, false);
  },

  'pins are put in order, and taken away, with keys alone': async ({ visit, accounts, assert }) => {
    const admin = await openRules(visit, accounts);
    const preview = admin.getByRole('list', { name: 'Preview' }).getByRole('listitem');
    const [first, second] = (await preview.locator('a').allInnerTexts()).slice(-2);
    const field = admin.getByRole('combobox', { name: 'Pin a product' });
    for (const name of [first, second]) {
      await field.fill(name);
      await admin.getByRole('option', { name }).first().waitFor();
      await field.press('Enter');
      assert.equal(await field.inputValue(), '', 'the field is ready for the next one');
    }
    const pinned = () => admin.getByRole('list', { name: 'Pinned products' }).locator('a').allInnerTexts();
    assert.deepEqual(await pinned(), [first, second]);
    const down = admin.getByRole('button', { name: `Move ${first} down` });
    await down.press('Enter');
    assert.deepEqual(await pinned(), [second, first]);
    assert.ok(await down.evaluate((node) => node === document.activeElement), 'the focus stays with what is moved');
    await admin.getByRole('status').filter({ hasText: `${first} is now 2 of 2` }).waitFor({ state: 'attached' });
    await preview.first().filter({ hasText: second }).waitFor();
    await admin.getByRole('button', { name: `Unpin ${second}` }).press('Enter');
    assert.equal(await admin.evaluate(() => document.activeElement.getAttribute('aria-label')), `Unpin ${first}`);
    await admin.keyboard.press('Enter');
    assert.ok(await field.evaluate((node) => node === document.activeElement), 'and then with what adds another');
    await admin.getByText('Not saved yet').waitFor({ state: 'detached' });
  },

  'rules that make no sense are refused where they were entered': async ({ visit, accounts, assert }) => {
    const admin = await openRules(visit, accounts);
    const cap = admin.getByLabel('Of one category at most');
    await cap.fill('500');
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
    await admin.locator('[aria-invalid="true"]').waitFor();
    assert.ok(await cap.evaluate((node) => node.matches('[aria-invalid="true"]')));
    admin.once('dialog', (dialog) => void dialog.dismiss());
    await admin.getByRole('link', { name: 'Orders', exact: true }).click();
    assert.match(admin.url(), /recommendations$/, 'what is not saved is not thrown away unasked');
    await admin.getByRole('button', { name: 'Discard' }).click();
    assert.equal(await cap.inputValue(), '');
    await admin.getByRole('link', { name: 'Orders', exact: true }).click();
    await admin.waitForURL(/\/admin$/);
  },

  'a strategy is switched, configured and trained': async ({ visit, accounts, assert }) => {
    const admin = await openRules(visit, accounts);
    const row = (name) => admin.getByTestId('strategy').filter({ has: admin.getByRole('switch', { name: `${name} on`, exact: true }) });
    const standard = row('A/B assigned');
    await standard.getByRole('switch').click();
    await standard.getByRole('alert').filter({ hasText: /cannot be switched off/i }).waitFor();
    assert.equal(await standard.getByRole('switch').getAttribute('aria-checked'), 'true');

    const svd = row('Truncated SVD');
    await svd.getByRole('switch').press('Space');
    await svd.getByText('Off', { exact: true }).waitFor();
    assert.ok(await svd.getByRole('button', { name: /^Retrain/ }).isDisabled());
    await svd.getByRole('switch').press('Space');
    await svd.getByRole('switch', { checked: true }).waitFor();
    await svd.getByRole('status').filter({ hasText: /Waiting|Training|Trained/ }).waitFor();

    const popular = row('Popular');
    await popular.getByRole('button', { name: 'Configure Popular' }).click();
    const config = admin.getByLabel('Configuration of Popular');
    await config.fill('{ "no_such_key": 1 }');
    await popular.getByRole('button', { name: 'Save configuration' }).click();
    await popular.getByRole('alert').filter({ hasText: /no_such_key/ }).waitFor();
    await config.fill('{');
    await popular.getByRole('button', { name: 'Save configuration' }).click();
    await popular.getByRole('alert').filter({ hasText: /not JSON/ }).waitFor();
    await popular.getByRole('button', { name: 'Discard' }).click();
    await popular.getByRole('button', { name: 'Retrain Popular' }).click();
    await popular.getByRole('status').filter({ hasText: /Waiting|Training|Figures follow/ }).waitFor();
    await popular.getByRole('status').filter({ hasText: 'Trained' }).waitFor();
    await screenshot(admin, 'admin-strategies', { fullPage: true });
  },

  'steering recommendations is for everybody': async ({ visit, accounts, assert }) => {
    const findings = [];
    const views = {
      phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
      dark: { colorScheme: 'dark' },
    };
    for (const [name, options] of Object.entries(views)) {
      const admin = await openRules(() => visit(options), accounts);
      await admin.getByTestId('strategy').getByRole('button', { name: /^Configure/ }).first().click();
      await admin.getByLabel('Of one category at most').fill('4');
      await admin.getByText('Not saved yet').waitFor();
      await admin.waitForLoadState('networkidle').catch(() => {});
      const overflow = await sidewaysOverflow(admin);
      if (overflow > 0) findings.push(`${name}: ${overflow} px too wide`);
      findings.push(...(await accessibilityProblems(admin)).map((problem) => `${name}: ${problem}`));
      await screenshot(admin, `admin-recommendations-${name}`, { fullPage: true });
    }
    assert.deepEqual(findings, []);
  },
};
