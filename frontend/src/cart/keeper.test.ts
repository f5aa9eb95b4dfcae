import { describe, expect, it, vi } from 'vitest';
import type { MistakeFragment } from '../gql/graphql';
import { type Cart, type CartAnswer, CartKeeper, type CartSurroundings, pieceCount, quantityOf } from './keeper';

const NO_MONEY = { amount: '0.00', currency: 'EUR', minorUnits: 0 };

function cart(version: number, quantity: number, id = 'cart-1'): Cart {
  const line = { id: 'line-1', quantity, unitPrice: NO_MONEY, unitPriceWhenAdded: null, subtotal: NO_MONEY };
  return {
    id,
    version,
    lines: quantity > 0 ? [{ ...line, variant: { id: 'variant-1' } }] : [],
    problems: [],
  } as unknown as Cart;
}

const answer = (changed: Cart | null, rest: Partial<CartAnswer> = {}): CartAnswer => ({
  cart: changed,
  cartToken: null,
  warnings: [],
  userErrors: [],
  ...rest,
});

const refused = (code: MistakeFragment['code'], message: string, path: string[]): MistakeFragment => ({
  kind: 'InputError',
  message,
  path,
  code,
});

function setup(stubs: Partial<CartSurroundings> = {}) {
  const waiting: (() => void)[] = [];
  const surroundings = {
    read: vi.fn(async () => cart(1, 1)),
    add: vi.fn(async () => answer(cart(2, 2))),
    update: vi.fn(async (_id: string, lines: readonly { quantity: number }[]) => answer(cart(2, lines[0]?.quantity ?? 0))),
    applyVoucher: vi.fn(async () => answer(null)),
    removeVoucher: vi.fn(async () => answer(null)),
    tokenGiven: vi.fn(),
    lost: vi.fn(),
    later: (work: () => void) => {
      waiting.push(work);
      return () => void waiting.splice(waiting.indexOf(work), 1);
    },
    ...stubs,
  } satisfies CartSurroundings;
  const keeper = new CartKeeper(surroundings);
  return { keeper, surroundings, waiting };
}

const shown = (keeper: CartKeeper) => {
  const line = keeper.state.cart?.lines[0];
  return line ? quantityOf(keeper.state, line) : 0;
};

describe('the cart', () => {
  it('shows a chosen quantity before the server has answered', async () => {
    const { keeper, surroundings } = setup();
    await keeper.read();
    keeper.setQuantity('line-1', 4);
    expect(shown(keeper)).toBe(4);
    expect(pieceCount(keeper.state)).toBe(4);
    expect(surroundings.update).not.toHaveBeenCalled();
    await keeper.flush();
    expect(shown(keeper)).toBe(4);
    expect(keeper.state.wanted.size).toBe(0);
  });

  it('sends quick clicks as one change', async () => {
    const { keeper, surroundings, waiting } = setup();
    await keeper.read();
    for (const quantity of [2, 3, 4]) keeper.setQuantity('line-1', quantity);
    expect(waiting).toHaveLength(1);
    await keeper.flush();
    expect(surroundings.update).toHaveBeenCalledExactlyOnceWith('cart-1', [{ lineId: 'line-1', quantity: 4 }]);
  });

  it('keeps what was chosen while an earlier choice was under way', async () => {
    const { keeper } = setup();
    await keeper.read();
    keeper.setQuantity('line-1', 2);
    const sending = keeper.flush();
    keeper.setQuantity('line-1', 5);
    await sending;
    expect(shown(keeper)).toBe(5);
  });

  it('goes back to what the server knows when a change did not arrive, and says so', async () => {
    const { keeper, surroundings } = setup({ update: vi.fn(async () => Promise.reject(new Error('offline'))) });
    await keeper.read();
    keeper.setQuantity('line-1', 7);
    await keeper.flush();
    expect(shown(keeper)).toBe(1);
    expect(surroundings.lost).toHaveBeenCalledOnce();
  });

  it('does not let an older state take the place of a newer one', async () => {
    const { keeper } = setup();
    keeper.accept(cart(5, 3));
    keeper.accept(cart(4, 1));
    expect(shown(keeper)).toBe(3);
    keeper.accept(cart(1, 9, 'cart-2'));
    expect(shown(keeper)).toBe(9);
  });

  it('keeps the token of a cart that was made for a guest', async () => {
    const { keeper, surroundings } = setup({ add: vi.fn(async () => answer(cart(1, 1), { cartToken: 'secret' })) });
    keeper.empty();
    const adding = keeper.add([{ variantId: 'variant-1', quantity: 1 }]);
    expect(pieceCount(keeper.state)).toBe(1);
    await adding;
    expect(pieceCount(keeper.state)).toBe(1);
    expect(surroundings.tokenGiven).toHaveBeenCalledWith('secret');
  });

  it('says at the line what was wrong with it', async () => {
    const refusal = refused('OUT_OF_RANGE', 'only 2 are left', ['lines', '0', 'quantity']);
    const { keeper } = setup({ update: vi.fn(async () => answer(null, { userErrors: [refusal] })) });
    await keeper.read();
    keeper.setQuantity('line-1', 9);
    await keeper.flush();
    expect(keeper.state.notes.get('line-1')).toBe('only 2 are left');
    expect(shown(keeper)).toBe(1);
  });

  it('asks anew when the cart was ordered elsewhere', async () => {
    const gone = refused('CART_COMPLETED', 'ordered', ['cartId']);
    const { keeper, surroundings } = setup({ applyVoucher: vi.fn(async () => answer(null, { userErrors: [gone] })) });
    await keeper.read();
    await keeper.applyVoucher('WELCOME');
    expect(surroundings.read).toHaveBeenCalledTimes(2);
  });
});
