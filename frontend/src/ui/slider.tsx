import { useId } from 'react';
import { FieldMessage } from './field-message';

/** A share between none and all, with words at both ends and for where the thumb stands. */
export function Slider({
  label,
  low,
  high,
  value,
  words = `${Math.round(value * 100)}%`,
  error,
  onChange,
}: {
  label: string;
  low: string;
  high: string;
  value: number;
  words?: string;
  error?: string | undefined;
  onChange: (value: number) => void;
}) {
  const id = useId();
  return (
    <div>
      <div className="mb-1.5 flex items-baseline justify-between gap-4 text-sm">
        <label htmlFor={id} className="font-semibold">
          {label}
        </label>
        <output htmlFor={id} className="text-right tabular-nums text-muted">
          {words}
        </output>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={value}
        aria-valuetext={words}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-message` : undefined}
        onChange={(event) => onChange(Number(event.target.value))}
        className="h-11 w-full"
      />
      <div className="-mt-1.5 flex justify-between text-xs text-muted" aria-hidden>
        <span>{low}</span>
        <span>{high}</span>
      </div>
      <FieldMessage id={`${id}-message`} error={error} />
    </div>
  );
}
