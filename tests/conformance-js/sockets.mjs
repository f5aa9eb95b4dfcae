// Drives a server with the graphql-ws client, one scenario after another, and prints one JSON line per scenario.
// The server's schema is the one in tests/protocol/support.rs.
import assert from 'node:assert/strict';
import { buildClientSchema, getIntrospectionQuery, validateSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const url = process.argv[2];

function client(options = {}) {
  return createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: true, ...options });
}

function all(connection, request) {
  return new Promise((resolve, reject) => {
    const results = [];
    connection.subscribe(request, {
      next: (result) => results.push(result),
      error: reject,
      complete: () => resolve(results),
    });
  });
}

const failure = (promise) => promise.then(() => assert.fail('it succeeded'), (error) => error);

const scenarios = {
  'a query answers once and completes': async () => {
    const connection = client();
    assert.deepEqual(await all(connection, { query: '{ hello }' }), [{ data: { hello: 'world' } }]);
    await connection.dispose();
  },
  'a mutation answers once and completes': async () => {
    const connection = client();
    const [result] = await all(connection, { query: 'mutation { bump }' });
    assert.equal(typeof result.data.bump, 'number');
    await connection.dispose();
  },
  'variables and operationName are honoured': async () => {
    const connection = client();
    const query = 'query A { hello } query B($text: String!) { echo(text: $text) }';
    const request = { query, operationName: 'B', variables: { text: 'ö 🏃' } };
    assert.deepEqual(await all(connection, request), [{ data: { echo: 'ö 🏃' } }]);
    await connection.dispose();
  },
  'a subscription delivers its events in order': async () => {
    const connection = client();
    const results = await all(connection, { query: 'subscription { countdown(from: 3) }' });
    assert.deepEqual(results.map((result) => result.data.countdown), [3, 2, 1]);
    await connection.dispose();
  },
  'the async iterator can be left early and the id used again': async () => {
    const connection = client({ generateID: () => 'same' });
    for (let round = 0; round < 3; round += 1) {
      let seen = 0;
      for await (const result of connection.iterate({ query: 'subscription { forever }' })) {
        assert.equal(result.data.forever, seen);
        seen += 1;
        if (seen === 3) break;
      }
    }
    await connection.dispose();
  },
  'many operations share one socket': async () => {
    const connection = client();
    const queries = Array.from({ length: 20 }, (_, text) => `{ echo(text: "${text}") }`);
    const results = await Promise.all(queries.map((query) => all(connection, { query })));
    results.forEach(([result], text) => assert.equal(result.data.echo, String(text)));
    await connection.dispose();
  },
  'an invalid document arrives as graphql errors and leaves the socket open': async () => {
    const connection = client();
    const errors = await failure(all(connection, { query: '{ nothing }' }));
    assert.ok(Array.isArray(errors) && errors[0].message.includes('nothing'), String(errors));
    assert.equal(errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    const syntax = await failure(all(connection, { query: '{' }));
    assert.equal(syntax[0].extensions.code, 'GRAPHQL_PARSE_FAILED');
    assert.deepEqual(await all(connection, { query: '{ hello }' }), [{ data: { hello: 'world' } }]);
    await connection.dispose();
  },
  'a resolver error arrives in a result': async () => {
    const connection = client();
    const [result] = await all(connection, { query: '{ hello refused }' });
    assert.equal(result.data, null);
    assert.equal(result.errors[0].extensions.code, 'NOT_FOUND');
    await connection.dispose();
  },
  'the token of connection_init says who is asking': async () => {
    const connection = client({ connectionParams: { authorization: 'Bearer good' } });
    assert.deepEqual(await all(connection, { query: '{ whoami }' }), [{ data: { whoami: 'user' } }]);
    await connection.dispose();
  },
  'a bad token closes with 4401': async () => {
    const connection = client({ connectionParams: { authorization: 'Bearer wrong' } });
    const event = await failure(all(connection, { query: '{ hello }' }));
    assert.equal(event.code, 4401);
  },
  'a forbidden account closes with 4403': async () => {
    const connection = client({ connectionParams: { headers: { Authorization: 'Bearer blocked' } } });
    const event = await failure(all(connection, { query: '{ hello }' }));
    assert.equal(event.code, 4403);
  },
  'an expired token closes a running subscription with 4401': async () => {
    const connection = client({ connectionParams: { authorization: 'Bearer short' } });
    const event = await failure(all(connection, { query: 'subscription { forever }' }));
    assert.equal(event.code, 4401);
  },
  'client and server answer pings': async () => {
    const pongs = [];
    const connection = client({
      keepAlive: 20,
      on: { pong: (received, payload) => pongs.push({ received, payload }) },
    });
    await all(connection, { query: 'subscription { countdown(from: 6) }' });
    assert.ok(pongs.some((pong) => pong.received));
    await connection.dispose();
  },
  'the full introspection query describes a valid schema': async () => {
    const connection = client();
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const [result] = await all(connection, { query });
    assert.deepEqual(validateSchema(buildClientSchema(result.data)), []);
    await connection.dispose();
  },
  'a client of another sub-protocol is turned away': async () => {
    const code = await new Promise((resolve) => {
      const socket = new WebSocket(url, 'graphql-ws');
      socket.on('close', (code) => resolve(code));
      socket.on('error', () => {});
    });
    assert.ok(code === 4406 || code === 1006, `closed with ${code}`);
  },
};

for (const [name, run] of Object.entries(scenarios)) {
  let reason = null;
  try {
    await run();
  } catch (error) {
    reason = error?.stack ?? JSON.stringify(error) ?? String(error);
  }
  console.log(JSON.stringify({ name, status: reason === null ? 'ok' : 'error', reason }));
}
process.exit(0);
