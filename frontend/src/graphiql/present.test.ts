import { describe, expect, it } from 'vitest';
import { presentOperation } from './present';

const query = 'query First { a } subscription Second { b }';

describe('the operation that is sent', () => {
  it('is the chosen one when the text has it', () => {
    expect(presentOperation({ query, operationName: 'Second' }).params.operationName).toBe('Second');
  });

  it('is one of the text when the name belongs to another tab', () => {
    expect(presentOperation({ query, operationName: 'Elsewhere' }).params.operationName).toBe('First');
    expect(presentOperation({ query: '{ a }', operationName: 'Elsewhere' }).params.operationName).toBeNull();
  });

  it('is left to the server when the text cannot be read', () => {
    const given = { query: 'query {', operationName: 'First' };
    expect(presentOperation(given)).toEqual({ params: given, documentAST: null });
  });
});
