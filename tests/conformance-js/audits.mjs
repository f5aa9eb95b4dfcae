// Runs every server audit of graphql-http against the URL given and prints one JSON line per audit.
import { serverAudits } from 'graphql-http';

const url = process.argv[2];
for (const audit of serverAudits({ url })) {
  const result = await audit.fn();
  const line = { id: audit.id, name: audit.name, status: result.status, reason: result.reason };
  console.log(JSON.stringify(line));
}
