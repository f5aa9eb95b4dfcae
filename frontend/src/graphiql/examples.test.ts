import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, fillHeaders, fillVariables } from './examples';

describe('the example tabs', () => {
  it('hold one valid operation each, with no variable left undeclared', () => {
    for (const { query, variables } of EXAMPLES) {
      const [operation, ...others] = parse(query).definitions;
      expect(others).toHaveLength(0);
      if (operation?.kind !== 'OperationDefinition') throw new Error('not an operation');
      const declared = operation.variableDefinitions?.map((variable) => variable.variable.name.value) ?? [];
      expect(Object.keys(variables ?? {}).every((name) => declared.includes(name))).toBe(true);
    }
  });
});

describe('acting as someone', () => {
  it('fills the ids that an operation asks for and no others', () => {
    const text = fillVariables('{"userId":"","count":3}', { userId: 'u1', productId: 'p1' });
    expect(JSON.parse(text ?? '')).toEqual({ userId: 'u1', count: 3 });
  });

  it('leaves half-typed variables alone', () => {
    expect(fillVariables('{"userId":', { userId: 'u1' })).toBe('{"userId":');
    expect(fillVariables('', { userId: 'u1' })).toBe('');
  });

  it('replaces the old token and keeps other headers', () => {
    const text = fillHeaders('{"authorization":"Bearer old","x-trace":"1"}', 'new');
    expect(JSON.parse(text)).toEqual({ Authorization: 'Bearer new', 'x-trace': '1' });
    expect(fillHeaders('{"Authorization":"Bearer old"}', null)).toBe('');
  });
});
