/** The cart of whoever is shopping in this tab, in step with their other tabs and devices. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { useClient } from 'urql';
import { cartToken, exclusively, send, session } from '../api/browser';
import { request } from '../api/request';
import {
  AddToCartDocument,
  ApplyVoucherDocument,
  CartChangedDocument,
  CurrentCartDocument,
  MergeCartDocument,
  RemoveVoucherDocument,
  UpdateCartLinesDocument,
} from '../gql/graphql';
import { announce } from '../signals/record';
import type { Recommended } from '../signals/marks';
import { toast } from '../ui/toast';
import { type Addition, type CartAnswer, CartKeeper, type CartState, pieceCount } from './keeper';
import { forgetLeftBehind, leftBehind } from './left-behind';

const CartContext = createContext<CartKeeper | null>(null);

/** Says that the cart has become an order, to the tabs that still show it. */
const channel = new BroadcastChannel('shelfwise.cart');

// Quantities go past the cache of the product pages: what is cached there does not change with them.
const createKeeper = () =>
  new CartKeeper({
    read: async () => (await request(send, CurrentCartDocument, {})).viewer.cart ?? null,
    add: async (lines) => (await request(send, AddToCartDocument, { lines: [...lines] })).cartLinesAdd,
    update: async (cartId, lines) =>
      (await request(send, UpdateCartLinesDocument, { cartId, lines: [...lines] })).cartLinesUpdate,
    applyVoucher: async (cartId, code) => (await request(send, ApplyVoucherDocument, { cartId, code })).cartVoucherApply,
    removeVoucher: async (cartId, code) =>
      (await request(send, RemoveVoucherDocument, { cartId, code })).cartVoucherRemove,
    // Who signed in meanwhile has a cart of their own and no use for the token.
    tokenGiven: (token) => {
      if (!session.current) cartToken.keep(token);
    },
    lost: () => toast('That did not reach the shop. Try again.'),
    later: (work, ms) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
  });

export function CartProvider({ children }: { children: ReactNode }) {
  const client = useClient();
  const [keeper] = useState(createKeeper);
  const cartId = useSyncExternalStore(keeper.subscribe, () => keeper.state.cart?.id);

  useEffect(() => {
    void begin(keeper);
    const onToken = () => {
      if (cartToken.current && !session.current) void keeper.read();
    };
    const onMessage = () => void keeper.read();
    const leave = () => void keeper.flush();
    const unsubscribe = cartToken.subscribe(onToken);
    channel.addEventListener('message', onMessage);
    addEventListener('pagehide', leave);
    return () => {
      unsubscribe();
      channel.removeEventListener('message', onMessage);
      removeEventListener('pagehide', leave);
      leave();
    };
  }, [keeper]);

  useEffect(() => {
    if (!cartId) return;
    const live = client.subscription(CartChangedDocument, { cartId }).subscribe(({ data }) => {
      if (!data) return;
      const ended = data.cartChanged.problems.some((problem) => problem.code === 'CART_COMPLETED');
      if (ended) void keeper.read();
      else keeper.accept(data.cartChanged);
    });
    return () => live.unsubscribe();
  }, [client, cartId, keeper]);

  return <CartContext value={keeper}>{children}</CartContext>;
}

async function begin(keeper: CartKeeper): Promise<void> {
  try {
    await exclusively('shelfwise.cart', async () => {
      await bringGuestCart(keeper);
      await bringLeftBehind(keeper);
    });
  } catch {
    // What could not be brought along stays where it is for the next time.
  }
  if (session.current || cartToken.current) await keeper.read();
  else keeper.empty();
}

/** What was put in before signing in comes along. The token is kept until the server has it, so nothing gets lost. */
async function bringGuestCart(keeper: CartKeeper): Promise<void> {
  const guestCartToken = cartToken.current;
  if (!session.current || !guestCartToken) return;
  const { warnings } = await keeper.change(
    async () => (await request(send, MergeCartDocument, { guestCartToken })).cartMerge,
  );
  cartToken.forget(guestCartToken);
  if (warnings.some((warning) => warning.code === 'LINES_MERGED')) toast('What was in your basket came along');
}

/** Earlier versions of the shop kept the basket in the browser alone: it moves over once. */
async function bringLeftBehind(keeper: CartKeeper): Promise<void> {
  const lines = leftBehind();
  if (lines.length === 0) return;
  let { userErrors } = await keeper.add(lines);
  const refused = new Set(userErrors.map((error) => error.path?.[0] === 'lines' && Number(error.path[1])));
  const rest = lines.filter((_, index) => !refused.has(index));
  // One product that is no longer there must not keep the others out.
  if (userErrors.length > 0 && rest.length > 0 && rest.length < lines.length) ({ userErrors } = await keeper.add(rest));
  forgetLeftBehind();
}

export interface ShopCart extends CartState {
  keeper: CartKeeper;
  count: number;
  /** Puts one piece in. Answers with what went wrong, if anything did. */
  add(product: { id: string; name: string; variantId: string }, recommended?: Recommended): Promise<string | null>;
}

export function useCart(): ShopCart {
  const keeper = useContext(CartContext);
  if (!keeper) throw new Error('there is no cart around this');
  const state = useSyncExternalStore(keeper.subscribe, () => keeper.state);
  const add = useCallback<ShopCart['add']>(
    async (product, recommended) => {
      const line: Addition = {
        variantId: product.variantId,
        quantity: 1,
        recommendationId: recommended?.recommendationId,
      };
      const answer = await keeper.add([line]).catch(() => null);
      const trouble = refusalOf(answer);
      // The server counts it when it puts it in; here it is only told to the live lists.
      if (!trouble) announce({ type: 'CART', productId: product.id, productName: product.name, at: Date.now() });
      return trouble;
    },
    [keeper],
  );
  return { ...state, keeper, count: pieceCount(state), add };
}

function refusalOf(answer: CartAnswer | null): string | null {
  if (!answer) return 'The shop could not be reached. Try again.';
  const [refusal] = answer.userErrors;
  if (refusal) return refusal.message;
  const reduced = answer.warnings.find((warning) => warning.code === 'QUANTITY_REDUCED');
  return reduced?.message ?? null;
}

/** After the cart became an order: a guest's key to it is handed to the order, and every tab looks anew. */
export function cartBecameOrder(keeper: CartKeeper): void {
  const token = cartToken.current;
  if (token) cartToken.forget(token);
  keeper.empty();
  channel.postMessage('ordered');
}
