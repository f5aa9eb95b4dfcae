import { TriangleAlert } from 'lucide-react';
import { Link } from 'wouter';
import type { MistakeFragment } from '../gql/graphql';
import { formatMoney } from '../ui/money';
import { Picture } from '../ui/picture';
import { type Cart, type CartKeeper, type CartState, problemsByLine, quantityOf } from './keeper';
import { Quantity } from './quantity';

/** What is in the cart, with what the shop has to say about each line. */
export function CartLines({ cart, state, keeper }: { cart: Cart; state: CartState; keeper: CartKeeper }) {
  const problems = problemsByLine(cart);
  return (
    <ul className="divide-y divide-line border-y border-line" aria-label="In your basket">
      {cart.lines
        .filter((line) => quantityOf(state, line) > 0)
        .map((line) => {
          const { product } = line.variant;
          const quantity = quantityOf(state, line);
          const pending = state.wanted.has(line.id);
          const problem = problems.get(line.id);
          const note = problem ? describe(problem) : state.notes.get(line.id);
          return (
            <li key={line.id} className="flex gap-4 py-4" data-testid="cart-line">
              <Link href={`/p/${product.slug}`} className="w-20 shrink-0 sm:w-24" tabIndex={-1} aria-hidden>
                <Picture src={product.images[0]?.url} alt="" className="rounded-xl" />
              </Link>
              <div className="flex min-w-0 flex-1 flex-wrap items-start justify-between gap-x-6 gap-y-2">
                <div className="min-w-40 flex-1">
                  <Link href={`/p/${product.slug}`} className="font-medium hover:underline">
                    {product.name}
                  </Link>
                  {product.variants.length > 1 && <p className="text-sm text-muted">{line.variant.name}</p>}
                  <p className="mt-1 text-sm tabular-nums text-muted">
                    {formatMoney(line.unitPrice)} each
                    {line.unitPriceWhenAdded && (
                      <>
                        {' · '}
                        <s>
                          <span className="sr-only">when you added it </span>
                          {formatMoney(line.unitPriceWhenAdded)}
                        </s>
                      </>
                    )}
                  </p>
                  {note && (
                    <p className="mt-1.5 flex items-start gap-1.5 text-sm font-medium text-danger" role="status">
                      <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
                      <span className="block first-letter:uppercase">{note}</span>
                    </p>
                  )}
                  {problem?.kind === 'InsufficientStockError' && problem.available > 0 && (
                    <button
                      type="button"
                      className="mt-1 min-h-8 text-sm font-semibold text-accent hover:underline"
                      onClick={() => keeper.setQuantity(line.id, problem.available)}
                    >
                      Take {problem.available}
                    </button>
                  )}
                </div>
                <div className="flex items-center gap-4">
                  <Quantity
                    name={product.name}
                    quantity={quantity}
                    available={line.variant.availableQuantity}
                    pending={pending}
                    onChange={(next) => keeper.setQuantity(line.id, Math.max(0, next))}
                  />
                  <span
                    className={`min-w-20 text-right font-semibold tabular-nums ${pending ? 'animate-pulse-soft text-muted' : ''}`}
                  >
                    {formatMoney(line.total)}
                  </span>
                </div>
              </div>
            </li>
          );
        })}
    </ul>
  );
}

function describe(problem: MistakeFragment): string {
  if (problem.kind === 'InsufficientStockError') {
    return problem.available > 0 ? `Only ${problem.available} left` : 'Sold out';
  }
  return problem.code === 'PRODUCT_UNAVAILABLE' ? 'This is not sold any more' : problem.message;
}
