/** Something that is on or off, and changes at once. */
export function Switch({
  label,
  checked,
  busy = false,
  onChange,
}: {
  label: string;
  checked: boolean;
  busy?: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={checked}
      aria-label={label}
      aria-disabled={busy}
      onClick={() => !busy && onChange(!checked)}
      className="group inline-grid h-10 w-12 shrink-0 place-items-center rounded-full aria-disabled:opacity-50"
    >
      <span
        className={`flex h-6 w-10 items-center rounded-full border px-0.5 transition-colors ${
          checked ? 'justify-end border-accent bg-accent' : 'border-muted bg-sunken'
        }`}
      >
        <span className={`size-4.5 rounded-full ${checked ? 'bg-on-accent' : 'bg-muted'}`} />
      </span>
    </button>
  );
}
