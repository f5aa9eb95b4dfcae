import { type ComponentProps, useId } from 'react';
import { FieldMessage } from './field-message';

export const inputLook =
  'w-full rounded-xl border border-line bg-surface px-3.5 min-h-11 text-base sm:text-sm text-ink placeholder:text-muted focus-visible:outline-2 focus-visible:outline-accent aria-invalid:border-danger';

export const selectLook = `${inputLook} select-arrow appearance-none pr-9`;

/** A labelled input that says what is wrong with it where the eye is. */
export function Field({
  label,
  hint,
  error,
  ...rest
}: ComponentProps<'input'> & { label: string; hint?: string; error?: string | undefined }) {
  const id = useId();
  const describedBy = error || hint ? `${id}-message` : undefined;
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block text-sm font-semibold">
        {label}
      </label>
      <input id={id} className={inputLook} aria-invalid={error ? true : undefined} aria-describedby={describedBy} {...rest} />
      <FieldMessage id={`${id}-message`} error={error} hint={hint} />
    </div>
  );
}
