/** A single GraphQL request outside the cache: for tokens, the visitor and recorded behaviour. */
import { stringifyDocument } from '@urql/core';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { ENDPOINT } from './transport';

export class RequestFailed extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

export async function request<Data, Variables>(
  send: typeof fetch,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  options: { keepalive?: boolean } = {},
): Promise<Data> {
  const response = await send(ENDPOINT, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
    },
    body: JSON.stringify({ query: stringifyDocument(document), variables }),
    keepalive: options.keepalive ?? false,
  });
  const body = (await response.json()) as {
    data?: Data | null;
    errors?: { message: string; extensions?: { code?: string } }[];
  };
  if (body.errors?.length || !body.data) {
    const first = body.errors?.[0];
    throw new RequestFailed(first?.message ?? `the server answered ${response.status}`, first?.extensions?.code);
  }
  return body.data;
}
