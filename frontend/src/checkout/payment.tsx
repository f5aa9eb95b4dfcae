import { FlaskConical } from 'lucide-react';
import { useId } from 'react';
import { useQuery } from 'urql';
import { PaymentGatewaysDocument } from '../gql/graphql';
import { useDemoAccounts } from '../shell/demo';
import { RadioCard } from '../ui/radio-card';

export interface Means {
  gateway: string;
  /** The gateway's token for what the buyer chose with it beforehand; `null` leaves the choice to the gateway. */
  method: string | null;
}

interface TestCard {
  method: string | null;
  title: string;
  note: string;
}

/** What the sandbox gateway does with each of its cards. */
const TEST_CARDS: readonly [TestCard, ...TestCard[]] = [
  { method: 'card_succeeds', title: 'Card that works', note: 'Paid at once.' },
  { method: 'card_declined', title: 'Card that is declined', note: 'Refused for good; the order waits for another way to pay.' },
  { method: 'card_insufficient_funds', title: 'Card with too little on it', note: 'Refused; may be tried again.' },
  { method: 'card_redirect', title: 'Card that asks back', note: 'Leads to a page where you play the bank.' },
  { method: 'card_timeout', title: 'Card whose answer gets lost', note: 'Paid, but the shop has to ask again to find out.' },
  { method: 'card_unavailable', title: 'Card nobody answers for', note: 'The gateway is silent; the order waits.' },
];

const NOTES: Record<string, string> = {
  stripe: 'Card, in the gateway’s own form.',
  alipay: 'You are led to Alipay and back.',
  wechat: 'You scan a code with WeChat.',
  sandbox: 'No money moves.',
};

/** The first way to pay that works. */
export function firstMeans(gateways: readonly { id: string; healthy: boolean }[], demo: boolean): Means | null {
  const gateway = gateways.find((candidate) => candidate.healthy) ?? gateways[0];
  if (!gateway) return null;
  return { gateway: gateway.id, method: gateway.id === 'sandbox' && demo ? TEST_CARDS[0].method : null };
}

export function useGateways(currency: string) {
  const [{ data, fetching, error }] = useQuery({ query: PaymentGatewaysDocument, variables: { currency } });
  const demo = useDemoAccounts().length > 0;
  return { gateways: data?.paymentGateways ?? [], demo, fetching, error };
}

/** The ways to pay. In a demonstration, the sandbox's cards as well. */
export function PaymentChoice({
  currency,
  chosen,
  onChoose,
}: {
  currency: string;
  chosen: Means | null;
  onChoose: (means: Means) => void;
}) {
  const name = useId();
  const { gateways, demo, fetching, error } = useGateways(currency);
  const means = chosen ?? firstMeans(gateways, demo);
  if (fetching) return <div className="h-24 animate-pulse-soft rounded-xl bg-sunken" role="status" aria-label="Loading" />;
  if (gateways.length === 0) {
    return (
      <p className="rounded-xl bg-danger-soft px-4 py-3 text-sm text-danger">
        {error ? 'The ways to pay did not load.' : 'There is no way to pay at the moment.'}
      </p>
    );
  }
  return (
    <div className="space-y-3">
      {gateways.length > 1 && (
        <div role="radiogroup" aria-label="Pay with" className="space-y-3">
          {gateways.map((gateway) => (
            <RadioCard
              key={gateway.id}
              name={`${name}-gateway`}
              value={gateway.id}
              title={gateway.name}
              checked={means?.gateway === gateway.id}
              disabled={!gateway.healthy}
              onChoose={() => onChoose(firstMeans([gateway], demo) ?? { gateway: gateway.id, method: null })}
            >
              {gateway.healthy ? NOTES[gateway.id] : 'Does not answer at the moment.'}
            </RadioCard>
          ))}
        </div>
      )}
      {means?.gateway === 'sandbox' && demo && (
        <>
          <p className="flex items-start gap-2 text-sm text-muted">
            <FlaskConical className="mt-0.5 size-4 shrink-0" aria-hidden />
            This is a demonstration: no money moves, and these cards show what can happen.
          </p>
          <div role="radiogroup" aria-label="Test card" className="grid gap-3 sm:grid-cols-2">
            {TEST_CARDS.map((card) => (
              <RadioCard
                key={card.title}
                name={`${name}-card`}
                value={card.method ?? 'page'}
                title={card.title}
                checked={means.method === card.method}
                onChoose={() => onChoose({ gateway: 'sandbox', method: card.method })}
              >
                {card.note}
              </RadioCard>
            ))}
          </div>
        </>
      )}
      {means?.gateway === 'sandbox' && !demo && gateways.length === 1 && (
        <p className="text-sm text-muted">You are led to the payment page and back.</p>
      )}
    </div>
  );
}
