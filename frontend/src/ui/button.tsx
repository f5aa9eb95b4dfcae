import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';

type Kind = 'primary' | 'quiet' | 'ghost';

const LOOK: Record<Kind, string> = {
  primary: 'bg-accent text-on-accent hover:opacity-90 border-transparent',
  quiet: 'bg-surface text-ink border-line hover:border-muted',
  ghost: 'bg-transparent text-ink border-transparent hover:bg-sunken',
};

export const buttonLook = (kind: Kind, extra = '') =>
  `inline-flex items-center justify-center gap-2 rounded-full border px-4 min-h-10 text-sm font-semibold transition-colors disabled:opacity-50 disabled:cursor-not-allowed ${LOOK[kind]} ${extra}`;

export function Button({
  kind = 'quiet',
  busy = false,
  className = '',
  children,
  ...rest
}: ComponentProps<'button'> & { kind?: Kind; busy?: boolean }) {
  return (
    <button type="button" {...rest} disabled={rest.disabled || busy} className={buttonLook(kind, className)}>
      {busy && <LoaderCircle className="size-4 animate-spin" aria-hidden />}
      {children}
    </button>
  );
}

export function IconButton({
  label,
  className = '',
  children,
  ...rest
}: ComponentProps<'button'> & { label: string; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={`inline-grid size-10 shrink-0 place-items-center rounded-full text-ink transition-colors hover:bg-sunken ${className}`}
    >
      {children}
    </button>
  );
}
