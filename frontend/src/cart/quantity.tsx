import { Minus, Plus, Trash2 } from 'lucide-react';
import { IconButton } from '../ui/button';

/** The most of one thing that a cart takes. */
const MOST_OF_ONE = 999;

/** How many of a line, one more, one less, or none. */
export function Quantity({
  name,
  quantity,
  available,
  pending,
  onChange,
}: {
  name: string;
  quantity: number;
  available: number;
  pending: boolean;
  onChange: (quantity: number) => void;
}) {
  return (
    <div className="flex items-center gap-1" role="group" aria-label={`Quantity of ${name}`}>
      <IconButton label={`One less of ${name}`} onClick={() => onChange(quantity - 1)}>
        <Minus className="size-4" aria-hidden />
      </IconButton>
      <span
        className={`w-8 text-center font-semibold tabular-nums ${pending ? 'animate-pulse-soft' : ''}`}
        aria-live="polite"
        aria-busy={pending}
      >
        {quantity}
      </span>
      <IconButton
        label={`One more of ${name}`}
        className="disabled:cursor-not-allowed disabled:opacity-40"
        disabled={quantity >= Math.min(available, MOST_OF_ONE)}
        onClick={() => onChange(quantity + 1)}
      >
        <Plus className="size-4" aria-hidden />
      </IconButton>
      <IconButton label={`Remove ${name}`} onClick={() => onChange(0)}>
        <Trash2 className="size-4" aria-hidden />
      </IconButton>
    </div>
  );
}
