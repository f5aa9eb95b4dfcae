import { describe, expect, it } from 'vitest';
import { carry, cartTokenIn, NOTHING } from './carried';

describe('what one example leaves for the next', () => {
  it('is the cart with its total, and a key of its own for its checkout', () => {
    const data = { cartLinesAdd: { cart: { id: 'c1', cost: { total: { amount: '12.00', currency: 'EUR' } } }, userErrors: [] } };
    expect(carry(NOTHING, data)).toEqual({
      ...NOTHING,
      cartId: 'c1',
      idempotencyKey: 'try-c1',
      expectedTotal: { amount: '12.00', currency: 'EUR' },
    });
  });

  it('is the order and its payment', () => {
    const first = carry(NOTHING, { checkoutComplete: { order: { id: 'o1' }, cart: { id: 'c1' } } });
    const second = carry(first, { paymentInitialize: { payment: { id: 'p1' }, order: null } });
    expect(second).toMatchObject({ cartId: 'c1', orderId: 'o1', paymentId: 'p1', expectedTotal: null });
  });

  it('counts what was recorded, and not what was refused', () => {
    const once = carry(NOTHING, { recordInteraction: { accepted: 1, userErrors: [] } });
    const refused = carry(once, { recordInteraction: { accepted: 0, userErrors: [{ code: 'NOT_FOUND' }] } });
    expect(refused.recordings).toBe(1);
  });

  it('is nothing where an answer names none of them', () => {
    expect(carry(NOTHING, { products: { nodes: [{ id: 'x' }] } })).toEqual(NOTHING);
    expect(carry(NOTHING, null)).toEqual(NOTHING);
  });

  it("is the key to a guest's cart", () => {
    expect(cartTokenIn({ cartLinesAdd: { cartToken: 'key', cart: { id: 'c1' } } })).toBe('key');
    expect(cartTokenIn({ cartLinesAdd: null, other: { cartToken: null } })).toBeNull();
    expect(cartTokenIn(undefined)).toBeNull();
  });
});
