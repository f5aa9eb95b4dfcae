/** Under a field: what is wrong with it, or else what helps to fill it in. */
export function FieldMessage({ id, error, hint }: { id: string; error?: string | undefined; hint?: string | undefined }) {
  const text = error || hint;
  if (!text) return null;
  return (
    <p id={id} className={error ? 'text-sm text-danger first-letter:uppercase' : 'text-sm text-muted'}>
      {text}
    </p>
  );
}
