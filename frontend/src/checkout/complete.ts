/** Placing the order: what can come of it, told apart for the page. */
import { cartToken, send, session } from '../api/browser';
import { request } from '../api/request';
import { type CheckoutCompleteInput, CompleteCheckoutDocument, type CompleteCheckoutMutation } from '../gql/graphql';
import { rememberGuestOrder } from '../orders/guest-access';
import { newId } from '../signals/record';
import { Attempt } from './attempt';

type Payload = CompleteCheckoutMutation['checkoutComplete'];
export type PlacedOrder = NonNullable<Payload['order']>;
export type CheckoutInput = Omit<CheckoutCompleteInput, 'idempotencyKey'>;

export type Outcome =
  | { kind: 'placed'; order: PlacedOrder; refusal: string | null }
  | { kind: 'refused'; payload: Payload };

const attempt = () => new Attempt<CheckoutInput>('shelfwise.checkout', { storage: localStorage, newKey: newId });

/** Sends the checkout. When nothing answers, it rejects, and the same input sent again is the same checkout. */
export async function completeCheckout(input: CheckoutInput): Promise<Outcome> {
  const idempotencyKey = attempt().keyFor(input);
  const token = session.current ? null : cartToken.current;
  const { checkoutComplete: payload } = await request(send, CompleteCheckoutDocument, {
    input: { ...input, idempotencyKey },
  });
  attempt().answered();
  if (!payload.order) return { kind: 'refused', payload };
  if (token) rememberGuestOrder({ number: payload.order.number, token });
  return { kind: 'placed', order: payload.order, refusal: payload.userErrors[0]?.message ?? null };
}

/** A checkout that was sent and never answered, perhaps because the page was closed. */
export const unansweredCheckout = (): CheckoutInput | null => attempt().unanswered()?.input ?? null;

export const giveUpCheckout = (): void => attempt().answered();
