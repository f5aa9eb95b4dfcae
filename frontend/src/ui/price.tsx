import { formatMoney, type MoneyLike, savingPercent } from './money';

export function Price({ price, before, large = false }: { price: MoneyLike; before?: MoneyLike | null | undefined; large?: boolean }) {
  const saving = savingPercent(price, before);
  return (
    <span className={`inline-flex flex-wrap items-baseline gap-x-2 tabular-nums ${large ? 'text-2xl' : 'text-[0.95rem]'}`}>
      <span className="font-semibold">{formatMoney(price)}</span>
      {saving !== null && before && (
        <>
          <s className="text-xs text-muted">
            <span className="sr-only">before </span>
            {formatMoney(before)}
          </s>
          {large && <span className="text-sm font-bold text-danger">−{saving}%</span>}
        </>
      )}
    </span>
  );
}
