import { Heart, X } from 'lucide-react';
import { type MouseEventHandler, type ReactNode, useMemo } from 'react';
import { Link } from 'wouter';
import type { ProductTileFragment, RecommendedTileFragment } from '../gql/graphql';
import { Why } from '../recommend/why';
import { useImpression } from '../signals/hooks';
import { useMarks } from '../signals/marks';
import { record } from '../signals/record';
import { Grade } from '../ui/grade';
import { savingPercent } from '../ui/money';
import { Picture } from '../ui/picture';
import { Price } from '../ui/price';
import { Rating } from '../ui/rating';
import { toast } from '../ui/toast';

interface CardProps {
  product: ProductTileFragment;
  /** Set when the product is here because it was recommended. */
  recommended?: { item: RecommendedTileFragment; recommendationId: string } | undefined;
  arrived?: boolean;
  eager?: boolean;
  footer?: ReactNode;
}

export function ProductCard({ product, recommended, arrived = false, eager = false, footer }: CardProps) {
  const { liked, toggleLike, dismiss } = useMarks();
  const credit = useMemo(
    () =>
      recommended
        ? { recommendationId: recommended.recommendationId, position: recommended.item.rank - 1 }
        : undefined,
    [recommended],
  );
  const seen = useMemo(() => (credit ? { productId: product.id, ...credit } : null), [credit, product.id]);
  const impression = useImpression(seen);
  const isLiked = liked.includes(product.id);
  const soldOut = product.availableQuantity <= 0;
  const saving = savingPercent(product.price, product.compareAtPrice);

  return (
    <article
      ref={impression}
      className="group relative flex h-full min-w-0 flex-col rounded-2xl"
      aria-label={product.name}
    >
      <div
        className={`relative overflow-hidden rounded-2xl transition-shadow group-hover:shadow-lift ${arrived ? 'animate-glow' : ''}`}
      >
        <Picture
          src={product.images[0]?.url}
          alt={product.images[0]?.alt ?? product.name}
          eager={eager}
          className={soldOut ? 'opacity-60' : ''}
        />
        {(soldOut || saving !== null) && (
          <span
            className={`absolute bottom-2 left-2 rounded-full bg-surface px-2 py-0.5 text-xs font-semibold ${soldOut ? '' : 'text-danger'}`}
          >
            {soldOut ? 'Sold out' : `−${saving}%`}
          </span>
        )}
        {arrived && (
          <span className="absolute left-2 top-2 rounded-full bg-accent px-2 py-0.5 text-xs font-semibold text-on-accent">
            New
          </span>
        )}
      </div>
      <div className="absolute right-2 top-2 z-10 flex flex-col gap-1.5">
        <CardAction
          label={isLiked ? `Unlike ${product.name}` : `Like ${product.name}`}
          pressed={isLiked}
          onClick={() => toggleLike(product, credit)}
        >
          <Heart className={`size-4 ${isLiked ? 'fill-danger text-danger' : ''}`} aria-hidden />
        </CardAction>
        {recommended && (
          <CardAction
            label={`Not for me: ${product.name}`}
            reveal
            onClick={(event) => {
              // Pressed by keyboard: the card goes, so the focus moves on to the next one.
              if (event.detail === 0) nextCardLink(event.currentTarget)?.focus();
              dismiss(product, credit);
              toast('Understood. You will see less like this.');
            }}
          >
            <X className="size-4" aria-hidden />
          </CardAction>
        )}
      </div>
      <div className="flex flex-1 flex-col px-0.5 pt-3">
        <div className="flex items-center justify-between gap-2 text-xs text-muted">
          <span className="truncate">{product.brand?.name ?? product.category?.name}</span>
          <Rating average={product.rating.average} count={product.rating.count} />
        </div>
        <h3 className="mt-0.5 line-clamp-2 text-[0.95rem] font-medium leading-snug">
          <Link
            href={`/p/${product.slug}`}
            className="stretched"
            onClick={() => {
              if (!credit) return;
              rememberCredit(product.id, credit.recommendationId);
              record({ type: 'CLICK', productId: product.id, ...credit });
            }}
          >
            {product.name}
          </Link>
        </h3>
        <div className="mt-auto flex items-center justify-between gap-2 pt-1.5">
          <Price price={product.price} before={product.compareAtPrice} />
          {product.sustainability && (
            <Grade grade={product.sustainability.grade} score={product.sustainability.score} />
          )}
        </div>
        {recommended && (
          <div className="mt-1 min-h-10 min-w-0">
            <Why item={recommended.item} />
          </div>
        )}
        {footer}
      </div>
    </article>
  );
}

function nextCardLink(from: HTMLElement): HTMLElement | null {
  const own = from.closest('article');
  const cards = [...document.querySelectorAll('main article')];
  const index = cards.findIndex((card) => card === own);
  return (cards[index + 1] ?? cards[index - 1])?.querySelector<HTMLElement>('h3 a') ?? null;
}

function CardAction({
  label,
  pressed,
  reveal = false,
  onClick,
  children,
}: {
  label: string;
  pressed?: boolean;
  reveal?: boolean;
  onClick: MouseEventHandler<HTMLButtonElement>;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label.split(':')[0]}
      aria-pressed={pressed}
      onClick={onClick}
      className={`grid size-9 place-items-center rounded-full bg-surface/90 text-ink shadow-sm backdrop-blur transition hover:bg-surface hover:text-danger ${
        reveal ? 'reveal' : ''
      }`}
    >
      {children}
    </button>
  );
}

/** Which list led to a product, so that what happens on its page is credited to that list. */
const credits = new Map<string, string>();
function rememberCredit(productId: string, recommendationId: string): void {
  credits.set(productId, recommendationId);
}
export const creditFor = (productId: string): string | undefined => credits.get(productId);

export function CardSkeleton() {
  return (
    <div className="animate-pulse-soft" aria-hidden>
      <div className="aspect-square rounded-2xl bg-sunken" />
      <div className="mt-3 h-3 w-1/3 rounded bg-sunken" />
      <div className="mt-2 h-4 w-4/5 rounded bg-sunken" />
      <div className="mt-2 h-4 w-1/2 rounded bg-sunken" />
      <div className="mt-3 h-4 w-1/4 rounded bg-sunken" />
    </div>
  );
}

export function SkeletonGrid({ count, className }: { count: number; className: string }) {
  return (
    <div className={className} role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => (
        <CardSkeleton key={index} />
      ))}
    </div>
  );
}
