/**
 * GraphiQL learns a tab's operation a moment after the tab was opened; whoever is quicker would send the name of the
 * tab before. What is sent is therefore read from the text itself.
 */
import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { type DocumentNode, type OperationDefinitionNode, parse } from 'graphql';

export function presentOperation(params: FetcherParams): { params: FetcherParams; documentAST: DocumentNode | null } {
  let documentAST: DocumentNode;
  try {
    documentAST = parse(params.query);
  } catch {
    // The server says better what is wrong with it.
    return { params, documentAST: null };
  }
  const names = documentAST.definitions
    .filter((definition): definition is OperationDefinitionNode => definition.kind === 'OperationDefinition')
    .map((operation) => operation.name?.value ?? null);
  const operationName = names.includes(params.operationName ?? null) ? params.operationName : names[0];
  return { params: { ...params, operationName }, documentAST };
}

export const withPresentOperation =
  (fetcher: Fetcher): Fetcher =>
  (given, options) => {
    const { params, documentAST } = presentOperation(given);
    return fetcher(params, documentAST ? { ...options, documentAST } : options);
  };
