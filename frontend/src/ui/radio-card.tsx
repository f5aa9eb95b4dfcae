import type { ReactNode } from 'react';

/** One of several alternatives that need a few words each. */
export function RadioCard({
  name,
  value,
  checked,
  onChoose,
  title,
  aside,
  disabled = false,
  children,
}: {
  name: string;
  value: string;
  checked: boolean;
  onChoose: () => void;
  title: ReactNode;
  aside?: ReactNode;
  disabled?: boolean;
  children?: ReactNode;
}) {
  return (
    <label className="flex cursor-pointer gap-3 rounded-xl border border-line bg-surface px-4 py-3 hover:border-muted has-checked:border-accent has-checked:bg-accent-soft has-disabled:cursor-not-allowed has-disabled:opacity-60 has-focus-visible:outline-2 has-focus-visible:outline-accent">
      <input
        type="radio"
        name={name}
        value={value}
        checked={checked}
        disabled={disabled}
        onChange={onChoose}
        className="mt-1 size-4 shrink-0 accent-(--accent) outline-none"
      />
      <span className="min-w-0 flex-1 text-sm">
        <span className="flex items-baseline justify-between gap-4">
          <span className="font-semibold">{title}</span>
          {aside && <span className="tabular-nums">{aside}</span>}
        </span>
        {children && <span className="mt-0.5 block text-muted">{children}</span>}
      </span>
    </label>
  );
}
