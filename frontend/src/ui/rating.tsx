import { Star } from 'lucide-react';
import { formatCount } from './money';

export function Rating({ average, count }: { average: number | null | undefined; count: number }) {
  if (average == null || count === 0) return null;
  return (
    <span className="inline-flex items-center gap-1 text-xs text-muted">
      <Star className="size-3.5 fill-star text-star" aria-hidden />
      <span className="font-semibold text-ink">{average.toFixed(1)}</span>
      <span className="sr-only">of 5 stars from</span>
      <span>({formatCount(count)})</span>
    </span>
  );
}
