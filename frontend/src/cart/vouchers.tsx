import { TicketPercent, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { IconButton, Button } from '../ui/button';
import { Field } from '../ui/field';
import { formatMoney } from '../ui/money';
import { toast } from '../ui/toast';
import type { Cart, CartKeeper } from './keeper';

const UNREACHABLE = 'The shop could not be reached. Try again.';

/** The vouchers of a cart, and the field for another one. */
export function Vouchers({ cart, keeper }: { cart: Cart; keeper: CartKeeper }) {
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const refusals = new Map(
    cart.problems
      .filter((problem) => problem.path?.[0] === 'vouchers')
      .map((problem) => [cart.vouchers[Number(problem.path?.[1])]?.code, problem.message]),
  );

  const apply = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const code = String(new FormData(form).get('code')).trim();
    if (!code) return;
    setBusy(true);
    try {
      const [refusal] = await keeper.applyVoucher(code);
      setError(refusal?.message);
      if (!refusal) form.reset();
    } catch {
      setError(UNREACHABLE);
    } finally {
      setBusy(false);
    }
  };
  const remove = async (code: string) => {
    try {
      const [refusal] = await keeper.removeVoucher(code);
      if (refusal) toast(refusal.message);
    } catch {
      toast(UNREACHABLE);
    }
  };

  return (
    <div className="space-y-3">
      {cart.vouchers.length > 0 && (
        <ul className="space-y-2" aria-label="Vouchers">
          {cart.vouchers.map((voucher) => (
            <li key={voucher.code} className="flex items-center gap-2 rounded-xl bg-accent-soft py-1 pl-3 pr-1 text-sm">
              <TicketPercent className="size-4 shrink-0 text-accent" aria-hidden />
              <div className="min-w-0 flex-1">
                <p className="font-semibold">{voucher.code}</p>
                <p className="text-xs text-muted">{refusals.get(voucher.code) ?? voucher.description}</p>
              </div>
              {voucher.discount.minorUnits > 0 && <span className="tabular-nums">−{formatMoney(voucher.discount)}</span>}
              <IconButton label={`Take off ${voucher.code}`} onClick={() => void remove(voucher.code)}>
                <X className="size-4" aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <form className="flex items-end gap-2" onSubmit={(event) => void apply(event)}>
        <div className="flex-1">
          <Field
            label="Voucher"
            name="code"
            maxLength={64}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            error={error}
            onChange={() => setError(undefined)}
          />
        </div>
        <Button type="submit" busy={busy} className={`min-h-11 ${error ? 'mb-6.5' : ''}`}>
          Apply
        </Button>
      </form>
    </div>
  );
}
