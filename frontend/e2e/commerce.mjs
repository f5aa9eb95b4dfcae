/** Buying, from the basket to the order. */
import { accessibilityProblems, screenshot, sidewaysOverflow } from './browser.mjs';
import { actAs, basketLink, isShopper, lineOf, orderStatus, payWith, putIn, sayWhereItGoes } from './steps.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

export const commerce = {
  'a cart follows in a second tab': async ({ visit, assert }) => {
    const person = await visit();
    const first = await person.open('/');
    const { name } = await putIn(first);
    await basketLink(first, 1).waitFor();
    const second = await person.open('/basket');
    await lineOf(second, name).waitFor();
    await first.goto('/basket');
    await lineOf(first, name).getByRole('button', { name: 'One more' }).click();
    await basketLink(first, 2).waitFor();
    await basketLink(second, 2).waitFor();
    await second.getByRole('button', { name: `Remove ${name}` }).click();
    await first.getByText('Nothing in here yet').waitFor();
    assert.equal(await second.getByTestId('cart-line').count(), 0);
    await first.reload();
    await first.getByText('Nothing in here yet').waitFor();
  },

  'a basket kept in the browser by an earlier version moves over': async ({ visit, assert }) => {
    const person = await visit();
    const page = await person.open('/search?stock=1');
    const line = await page.evaluate(async () => {
      const query =
        '{ products(first: 3, filter: { inStock: true }) { nodes { name defaultVariant { id availableQuantity } } } }';
      const headers = { 'content-type': 'application/json' };
      const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
      const product = (await response.json()).data.products.nodes.find((node) => node.defaultVariant.availableQuantity > 2);
      return { name: product.name, variantId: product.defaultVariant.id };
    });
    await page.evaluate(
      (lines) => localStorage.setItem('shelfwise.basket', JSON.stringify(lines)),
      [{ ...line, quantity: 2 }, { variantId: 'gone', quantity: 1, name: 'Long gone' }],
    );
    await page.goto('/basket');
    await lineOf(page, line.name).waitFor();
    await basketLink(page, 2).waitFor();
    assert.equal(await page.evaluate(() => localStorage.getItem('shelfwise.basket')), null);
  },

  'signing in brings the basket along and merges it': async ({ visit, accounts }) => {
    const account = accounts.filter(isShopper)[1];
    const page = await (await visit()).open('/');
    await actAs(page, account);
    const { name: own } = await putIn(page, 7);
    await page.getByTestId('persona-menu').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await basketLink(page, 0).waitFor();
    const { name: guests } = await putIn(page, 3);
    await basketLink(page, 1).waitFor();
    await page.goto('/login?next=/basket');
    await page.getByLabel('E-mail').fill(account.email);
    await page.getByLabel('Password').fill(account.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).last().click();
    await page.waitForURL(/\/basket$/);
    await lineOf(page, own).waitFor();
    await lineOf(page, guests).waitFor();
    await basketLink(page, 2).waitFor();
    await page.reload();
    await basketLink(page, 2).waitFor();
    await screenshot(page, 'basket-merged');
  },

  'a guest buys with a card and sees the order paid': async ({ visit, assert }) => {
    const person = await visit();
    const page = await person.open('/');
    const { name } = await putIn(page, 4);
    await page.goto('/basket');
    await lineOf(page, name).getByRole('button', { name: 'One more' }).click();
    await basketLink(page, 2).waitFor();
    await screenshot(page, 'basket');
    await page.getByRole('link', { name: 'Checkout' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('An e-mail address, for the confirmation').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'email');
    await screenshot(page, 'checkout-mistakes');
    await sayWhereItGoes(page, 'ada@example.com');
    await page.getByRole('radio', { name: /Express/ }).check();
    await page.getByTestId('cost').getByText('€13.00').waitFor();
    await screenshot(page, 'checkout', { fullPage: true });
    const total = await page.getByTestId('total').innerText();
    await payWith(page, /Card that works/);
    await orderStatus(page, 'Paid').waitFor();
    await page.getByTestId('thanks').waitFor();
    assert.equal(await page.getByTestId('total').innerText(), total);
    await basketLink(page, 0).waitFor();
    await screenshot(page, 'order-paid', { fullPage: true });
    const number = new URL(page.url()).pathname.split('/').at(-1);
    const elsewhere = await (await visit()).open(`/orders/${number}`);
    await elsewhere.getByLabel('E-mail').fill('ada@example.com');
    await elsewhere.getByRole('button', { name: 'Find it' }).click();
    await orderStatus(elsewhere, 'Paid').waitFor();
  },

  'a declined card can be followed by another one': async ({ visit, accounts }) => {
    const page = await (await visit()).open('/');
    await actAs(page, accounts.filter(isShopper)[2]);
    await putIn(page, 5);
    await sayWhereItGoes(page);
    await payWith(page, /Card that is declined/);
    await page.getByRole('heading', { name: 'The payment was declined' }).waitFor();
    await screenshot(page, 'order-declined', { fullPage: true });
    await payWith(page, /Card that works/);
    await orderStatus(page, 'Paid').waitFor();
    await page.getByRole('link', { name: 'All your orders' }).click();
    await page.getByRole('main').getByText('Paid', { exact: true }).first().waitFor();
    await screenshot(page, 'orders');
  },

  'a payment page leads back to an order that is paid': async ({ visit, assert }) => {
    const page = await (await visit()).open('/');
    await putIn(page, 6);
    await sayWhereItGoes(page, 'grace@example.com');
    await payWith(page, /Card that asks back/);
    await page.waitForURL(/\/sandbox\/payments\//);
    assert.deepEqual(await accessibilityProblems(page), []);
    await screenshot(page, 'sandbox-bank');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.waitForURL(/\/orders\//);
    await orderStatus(page, 'Paid').waitFor();
  },

  'an order is cancelled, and the other tab follows': async ({ visit, accounts }) => {
    const person = await visit();
    const page = await person.open('/');
    await actAs(page, accounts.find(isShopper));
    await putIn(page, 8);
    await sayWhereItGoes(page);
    await payWith(page, /Card that works/);
    await orderStatus(page, 'Paid').waitFor();
    const second = await person.open(new URL(page.url()).pathname);
    await orderStatus(second, 'Paid').waitFor();
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByLabel('Why?').fill('I changed my mind');
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await orderStatus(page, 'Cancelled').waitFor();
    await orderStatus(second, 'Cancelled').waitFor();
    await screenshot(page, 'order-cancelled', { fullPage: true });
  },

  'buying works on a phone, in the dark, and with assistive technology': async ({ visit, assert }) => {
    const findings = [];
    for (const [name, options] of Object.entries({ phone: PHONE, dark: { colorScheme: 'dark' }, light: {} })) {
      const page = await (await visit(options)).open('/');
      const check = async (label) => {
        await page.waitForLoadState('networkidle').catch(() => {});
        const overflow = await sidewaysOverflow(page);
        if (overflow > 0) findings.push(`${name} ${label}: ${overflow} px too wide`);
        findings.push(...(await accessibilityProblems(page)).map((problem) => `${name} ${label}: ${problem}`));
        await screenshot(page, `${label}-${name}`, { fullPage: true });
      };
      await putIn(page, 9);
      await page.goto('/basket');
      await page.getByTestId('cart-line').first().waitFor();
      await check('basket');
      await page.goto('/checkout');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
      await check('checkout-mistakes');
      await sayWhereItGoes(page, 'ada@example.com');
      await check('checkout');
      await payWith(page, /Card that is declined/);
      await page.getByRole('heading', { name: 'The payment was declined' }).waitFor();
      await check('order-declined');
      await payWith(page, /Card that works/);
      await orderStatus(page, 'Paid').waitFor();
      await check('order');
      await page.goto('/orders');
      await check('orders-find');
    }
    assert.deepEqual(findings, []);
  },
};
