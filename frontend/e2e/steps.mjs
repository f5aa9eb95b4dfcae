/** Steps that several stories have in common. */
export const isAdmin = (account) => account.role === 'ADMIN';
export const isShopper = (account) => account.role === 'CUSTOMER';

export const shelfCards = (page) => page.locator('[data-testid="for-you-shelf"] > [data-key]');
export async function liveShelf(page) {
  await shelfCards(page).first().waitFor();
  await page.getByTestId('live-state').filter({ hasText: 'Live' }).waitFor();
}

export async function actAs(page, account) {
  await page.getByTestId('persona-menu').click();
  await page.getByRole('button', { name: account.label, exact: true }).click();
  await page.getByRole('status').filter({ hasText: `You are now ${account.label}` }).waitFor();
}

export const basketLink = (page, count) =>
  page.getByRole('link', { name: count === 0 ? 'Basket, empty' : `Basket, ${count} item${count === 1 ? '' : 's'}` });

/** Opens a product that can be bought and puts one piece of it into the basket. Answers with its name and address. */
export async function putIn(page, place = 2) {
  await page.goto('/search?stock=1');
  await page.locator('main article a').nth(place).click();
  await page.waitForURL(/\/p\//);
  const name = await page.getByRole('heading', { level: 1 }).innerText();
  await page.getByRole('button', { name: 'Add to basket' }).click();
  await page.getByRole('status').filter({ hasText: 'Put in your basket' }).waitFor();
  return { name, path: new URL(page.url()).pathname };
}

export const lineOf = (page, name) => page.getByTestId('cart-line').filter({ hasText: name });

/** Fills in the first part of the checkout and goes on. */
export async function sayWhereItGoes(page, email) {
  await page.goto('/checkout');
  if (email) await page.getByLabel('E-mail').fill(email);
  const another = page.getByRole('radio', { name: 'Another address' });
  await page.getByRole('button', { name: 'Continue' }).waitFor();
  if (await another.count()) await another.check();
  await page.getByLabel('Full name').fill('Ada Lovelace');
  await page.getByLabel('Street and number').fill('Main Street 1');
  await page.getByLabel('Postal code').fill('10115');
  await page.getByLabel('City').fill('Berlin');
  await page.getByLabel('Country').selectOption('DE');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('radiogroup', { name: 'Shipping' }).getByRole('radio', { checked: true }).waitFor();
}

export async function payWith(page, card) {
  await page.getByRole('radio', { name: card }).check();
  await page.getByRole('button', { name: /^(Pay|Try again)/ }).click();
}

export const orderStatus = (page, text) => page.getByTestId('order-status').filter({ hasText: text });

/** Reads the shop's mailbox until the letter is there, and answers with the link in it. */
export async function linkInLetter(admin, email, subject) {
  await admin.goto('/admin/mailbox');
  const letter = admin.getByRole('listitem').filter({ hasText: email }).filter({ hasText: subject }).first();
  for (let attempt = 0; attempt < 40 && !(await letter.count()); attempt += 1) {
    await admin.waitForTimeout(500);
    await admin.getByRole('button', { name: /Look again|Try again/ }).click();
  }
  await letter.locator('summary').click();
  return letter.getByRole('link').first().getAttribute('href');
}
