/** Clicks through the shop as people do: one story after another, each in a browser of its own. */
import assert from 'node:assert/strict';
import { launch, shopper } from './browser.mjs';
import { start } from './server.mjs';
import { accountStories } from './accounts.mjs';
import { commerce } from './commerce.mjs';
import { dashboardStories } from './dashboard.mjs';
import { graphiqlStories } from './graphiql.mjs';
import { recommending } from './recommending.mjs';
import { stories } from './stories.mjs';

const only = process.argv[2];
const server = await start();
const browser = await launch();
const accounts = (await (await fetch(`${server.url}/demo.json`)).json()).accounts;
let failed = 0;

for (const [title, story] of Object.entries({
  ...stories,
  ...graphiqlStories,
  ...commerce,
  ...accountStories,
  ...recommending,
  ...dashboardStories,
})) {
  if (only && !title.includes(only)) continue;
  const people = [];
  const visit = async (options) => {
    const person = await shopper(browser, server.url, options);
    people.push(person);
    return person;
  };
  const began = performance.now();
  try {
    await story({ visit, accounts, assert });
    assert.deepEqual(people.flatMap((person) => person.problems), [], 'nothing may go wrong behind the scenes');
    console.log(`ok    ${title} (${Math.round(performance.now() - began)} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${title}\n${error.stack ?? error}`);
    for (const problem of people.flatMap((person) => person.problems)) console.log(`      ${problem}`);
    const pages = people.flatMap((person) => person.context.pages());
    for (const [index, page] of pages.entries()) {
      const name = `failed-${title.replaceAll(/\W+/g, '-')}-${index}`;
      await page.screenshot({ path: new URL(`./output/${name}.png`, import.meta.url).pathname }).catch(() => {});
    }
  } finally {
    for (const person of people) await person.context.close();
  }
}

await browser.close();
await server.stop();
process.exitCode = failed > 0 ? 1 : 0;
