import { Sparkles } from 'lucide-react';
import { Link } from 'wouter';
import type { RecommendedTileFragment } from '../gql/graphql';
import { Picture } from '../ui/picture';
import { Popover } from '../ui/popover';
import { DEED, percent, REASON, sourceLabel } from './words';

/** Why a product is on the shelf: the reason in words, then the exact shares it is made of. */
export function Why({ item }: { item: RecommendedTileFragment }) {
  const { reason } = item;
  return (
    <Popover
      label={`Why ${item.product.name}`}
      width={340}
      trigger={(props) => (
        <button
          {...props}
          type="button"
          aria-label={`Why ${item.product.name}? ${reason.text}`}
          className="relative z-10 -mx-1.5 flex max-w-full items-start gap-1.5 rounded-md px-1.5 py-1 text-left text-xs text-accent hover:bg-accent-soft"
        >
          <Sparkles className="mt-px size-3.5 shrink-0" aria-hidden />
          <span className="line-clamp-2 underline decoration-dotted underline-offset-3">{reason.text}</span>
        </button>
      )}
    >
      {(close) => (
        <div className="space-y-4 text-sm">
          <div>
            <p className="text-xs font-semibold uppercase tracking-wide text-muted">{REASON[reason.kind]}</p>
            <p className="display mt-1 text-lg">{reason.text}</p>
          </div>
          {reason.because.length > 0 && (
            <section aria-label="Because of">
              <h4 className="mb-2 text-xs font-semibold text-muted">Because of what you did · share of the score</h4>
              <ul className="space-y-2.5">
                {reason.because.map((cause) => (
                  <li key={`${cause.product.id}-${cause.interaction}`} className="flex items-center gap-3">
                    <Picture
                      src={cause.product.images[0]?.url}
                      alt=""
                      className="size-10 shrink-0 rounded-lg"
                    />
                    <div className="min-w-0 flex-1">
                      <div className="flex items-baseline justify-between gap-2">
                        <Link
                          href={`/p/${cause.product.slug}`}
                          onClick={close}
                          className="truncate font-medium hover:underline"
                        >
                          {cause.product.name}
                        </Link>
                        <span className="tabular-nums text-muted">{percent(cause.share)}</span>
                      </div>
                      <Bar share={cause.share} />
                      <p className="mt-0.5 text-xs text-muted">{DEED[cause.interaction]}</p>
                    </div>
                  </li>
                ))}
              </ul>
            </section>
          )}
          {reason.contributions.length > 0 && (
            <section aria-label="Strategies">
              <h4 className="mb-2 text-xs font-semibold text-muted">What each strategy said · weight × score</h4>
              <ul className="space-y-2">
                {reason.contributions.map((part) => (
                  <li key={part.strategyId}>
                    <div className="flex items-baseline justify-between gap-2">
                      <span className="truncate">{sourceLabel(part.strategyId)}</span>
                      <span className="text-xs tabular-nums text-muted">
                        {part.weight.toFixed(2)} × {part.score.toFixed(3)}
                      </span>
                    </div>
                    <Bar share={part.weight * part.score} />
                  </li>
                ))}
              </ul>
            </section>
          )}
          <dl className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line pt-3 text-xs text-muted">
            <div className="flex gap-1">
              <dt>Source</dt>
              <dd className="font-semibold text-ink">{sourceLabel(item.source)}</dd>
            </div>
            <div className="flex gap-1">
              <dt>Place</dt>
              <dd className="font-semibold text-ink">{item.rank}</dd>
            </div>
            <div className="flex gap-1">
              <dt>Score</dt>
              <dd className="font-semibold tabular-nums text-ink">{item.score.toFixed(3)}</dd>
            </div>
          </dl>
        </div>
      )}
    </Popover>
  );
}

function Bar({ share }: { share: number }) {
  return (
    <div className="mt-1 h-1.5 overflow-hidden rounded-full bg-sunken" aria-hidden>
      <div className="h-full rounded-full bg-accent" style={{ width: `${Math.max(1, Math.min(share, 1) * 100)}%` }} />
    </div>
  );
}
