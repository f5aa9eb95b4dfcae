/** What people do in GraphiQL: every example it opens with, as everybody it can act as. */
import { screenshot } from './browser.mjs';
import { isShopper } from './steps.mjs';

/** Opens GraphiQL in a browser of its own, acting as that account, or as a visitor. */
export async function graphiqlAs(person, account) {
  const page = await person.open('/graphiql');
  const heard = [];
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => heard.push(JSON.parse(payload)));
  });
  await page.locator('.graphiql-execute-button').waitFor();
  if (account) await page.getByRole('button', { name: account.label, exact: true }).click();
  await page.locator('.persona-bar [aria-pressed="true"]').filter({ hasText: account?.label ?? 'Visitor' }).waitFor();
  await page.locator('.persona-bar [role="status"] code').waitFor();
  return { page, heard };
}

async function openTab(page, name) {
  await page.getByRole('tab').getByTitle(name, { exact: true }).click();
  await page.locator(`[role="tab"][aria-selected="true"]`).filter({ hasText: name }).waitFor();
  // The editors take over the tab's text a moment later, and the page fills in ids after that.
  await page.waitForTimeout(400);
}

const run = (page) => page.locator('.graphiql-execute-button').click();

/** Runs a query or a mutation and answers with what came back. */
async function answerTo(page, name) {
  await openTab(page, name);
  const arrived = page.waitForResponse((response) => {
    const body = response.request().postData() ?? '';
    return response.url().endsWith('/graphql') && body.includes(`"operationName":"${name}"`);
  });
  await run(page);
  return (await arrived).json();
}

async function until(condition, what, patience = 8_000) {
  const deadline = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} in ${patience / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const updates = (heard) =>
  heard.filter((frame) => frame.type === 'next').map((frame) => frame.payload.data?.recommendationUpdates);

function mistakesIn(answer) {
  const found = (answer.errors ?? []).map((error) => error.message);
  for (const payload of Object.values(answer.data ?? {})) {
    found.push(...(payload?.userErrors ?? []).map((error) => `${error.code} ${error.message}`));
  }
  return found;
}

const FOR_STAFF = ['Strategies', 'Measured', 'MeasuredLive'];
const LIVE = new Set(['LiveRecommendations', 'OrderUpdates', 'MeasuredLive']);

export const graphiqlStories = {
  'every example in GraphiQL works for whoever may use it': async ({ visit, accounts, assert }) => {
    const findings = [];
    const people = {
      visitor: { account: null, notFor: ['OrderUpdates', ...FOR_STAFF] },
      shopper: { account: accounts.find(isShopper), notFor: FOR_STAFF },
      admin: { account: accounts.find((entry) => entry.role === 'ADMIN'), notFor: [] },
    };
    for (const [name, { account, notFor }] of Object.entries(people)) {
      const { page, heard } = await graphiqlAs(await visit(), account);
      const tabs = await page.locator('.graphiql-tab-button').allInnerTexts();
      assert.ok(tabs.length >= 12, `only these examples: ${tabs.join(', ')}`);
      for (const tab of tabs.filter((title) => !notFor.includes(title))) {
        if (LIVE.has(tab)) {
          heard.length = 0;
          await openTab(page, tab);
          await run(page);
          if (tab === 'LiveRecommendations') await until(() => updates(heard).length > 0, 'no first list');
          else await page.waitForTimeout(500);
          const refused = heard.filter((frame) => frame.type === 'error' || frame.payload?.errors);
          if (refused.length > 0) findings.push(`${name} ${tab}: ${JSON.stringify(refused)}`);
          await run(page);
        } else {
          const answer = await answerTo(page, tab);
          findings.push(...mistakesIn(answer).map((mistake) => `${name} ${tab}: ${mistake}`));
          if (tab === 'Pay' && name === 'shopper') await screenshot(page, 'graphiql-pay');
        }
      }
    }
    assert.deepEqual(findings, []);
  },

  'a list in one GraphiQL follows what another one records': async ({ visit, accounts, assert }) => {
    const person = await visit();
    for (const account of [accounts.findLast(isShopper), null]) {
      const watching = await graphiqlAs(person, account);
      const recording = await graphiqlAs(person, account);
      await openTab(watching.page, 'LiveRecommendations');
      await run(watching.page);
      await until(() => updates(watching.heard).length > 0, 'no first list');
      const [first] = updates(watching.heard);
      assert.equal(first.trigger, 'SUBSCRIBED');
      // Not every like outweighs what is known of somebody; each run is about another product.
      for (let attempt = 0; attempt < 5 && updates(watching.heard).length < 2; attempt += 1) {
        const { data } = await answerTo(recording.page, 'RecordInteraction');
        assert.equal(data.recordInteraction.accepted, 1);
        await until(() => updates(watching.heard).length > 1, 'the list did not move', 3_000).catch(() => {});
      }
      const second = updates(watching.heard)[1];
      assert.ok(second, 'no like moved the list');
      assert.equal(second.trigger, 'INTERACTION');
      assert.notDeepEqual(second.result.items, first.result.items);
      await watching.page.locator('.result-window').getByText('"INTERACTION"').first().waitFor();
      await screenshot(watching.page, account ? 'graphiql-two-tabs' : 'graphiql-two-tabs-visitor');
    }
  },
};
