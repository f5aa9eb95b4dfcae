import type { ReactNode } from 'react';
import type { CostPartsFragment } from '../gql/graphql';
import { formatMoney } from '../ui/money';

/** "0.19" becomes "19 %", exactly. */
export function formatRate(rate: string): string {
  const [whole = '0', fraction = ''] = rate.split('.');
  const digits = `${whole}${fraction.padEnd(2, '0')}`;
  const percent = digits.slice(0, whole.length + 2).replace(/^0+(?=\d)/, '');
  const rest = digits.slice(whole.length + 2).replace(/0+$/, '');
  return `${percent}${rest ? `.${rest}` : ''} %`;
}

/** Everything that makes up a total, as the server reckoned it. */
export function Cost({
  cost,
  shippingKnown = true,
  pending = false,
}: {
  cost: CostPartsFragment;
  /** Without it the carriage is left open rather than shown as nothing. */
  shippingKnown?: boolean;
  pending?: boolean;
}) {
  return (
    <dl className={`space-y-1.5 text-sm ${pending ? 'animate-pulse-soft' : ''}`} aria-busy={pending} data-testid="cost">
      <Row term="Subtotal">{formatMoney(cost.subtotal)}</Row>
      {cost.discount.minorUnits > 0 && (
        <Row term="Discount" look="text-accent font-medium">
          −{formatMoney(cost.discount)}
        </Row>
      )}
      <Row term="Shipping">
        {!shippingKnown ? (
          <span className="text-muted">at checkout</span>
        ) : cost.shipping.minorUnits === 0 ? (
          'Free'
        ) : (
          formatMoney(cost.shipping)
        )}
      </Row>
      {!cost.taxIncluded && cost.taxLines.map((line) => (
        <Row key={`${line.name} ${line.rate}`} term={`${line.name} ${formatRate(line.rate)}`}>
          {formatMoney(line.amount)}
        </Row>
      ))}
      <div className="flex items-baseline justify-between gap-4 border-t border-line pt-3">
        <dt className="text-base font-semibold">Total</dt>
        <dd className="text-xl font-semibold tabular-nums" data-testid="total">
          {formatMoney(cost.total)}
        </dd>
      </div>
      {cost.taxIncluded && cost.taxLines.map((line) => (
        <Row key={`${line.name} ${line.rate}`} term={`of which ${line.name} ${formatRate(line.rate)}`} look="text-xs text-muted">
          {formatMoney(line.amount)}
        </Row>
      ))}
    </dl>
  );
}

function Row({ term, look = '', children }: { term: string; look?: string; children: ReactNode }) {
  return (
    <div className={`flex justify-between gap-4 ${look}`}>
      <dt className={look ? '' : 'text-muted'}>{term}</dt>
      <dd className="tabular-nums">{children}</dd>
    </div>
  );
}
