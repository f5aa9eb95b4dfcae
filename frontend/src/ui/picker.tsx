import { Search } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { inputLook } from './field';
import { FieldMessage } from './field-message';

export interface PickerOption {
  id: string;
  label: string;
  detail?: string | undefined;
  picture?: ReactNode;
  /** Shown, but not to be picked again. */
  taken?: boolean | undefined;
}

/** A field that finds things by name and takes one after the other: a combobox that is empty again after each. */
export function Picker({
  label,
  hint,
  placeholder,
  text,
  onText,
  options,
  nothing,
  error,
  inputId,
  onPick,
}: {
  label: string;
  hint?: string | undefined;
  placeholder: string;
  text: string;
  onText: (text: string) => void;
  options: readonly PickerOption[];
  /** Said when the search has come back empty; `null` while it has not. */
  nothing: string | null;
  error?: string | undefined;
  /** For those who send the focus here. */
  inputId: string;
  onPick: (id: string) => void;
}) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const shown = open && text.trim() !== '' && options.length > 0;
  const describedBy = error || hint ? `${id}-message` : undefined;

  const pick = (option: PickerOption | undefined) => {
    if (!option || option.taken) return;
    onText('');
    setActive(-1);
    onPick(option.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      // The form around it is not meant.
      event.preventDefault();
      if (shown) pick(options[active] ?? options.find((option) => !option.taken));
    } else if (event.key === 'Escape' && shown) {
      event.preventDefault();
      setOpen(false);
      setActive(-1);
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && options.length > 0) {
      event.preventDefault();
      setOpen(true);
      const stops = options.length + 1;
      const step = event.key === 'ArrowDown' ? 1 : stops - 1;
      setActive((index) => ((Math.min(index, options.length - 1) + 1 + step) % stops) - 1);
    }
  };

  return (
    <div className="relative space-y-1.5">
      <label htmlFor={inputId} className="block text-sm font-semibold">
        {label}
      </label>
      <div className="relative">
        <Search className="pointer-events-none absolute left-3.5 top-1/2 size-4 -translate-y-1/2 text-muted" aria-hidden />
        <input
          id={inputId}
          type="search"
          role="combobox"
          autoComplete="off"
          placeholder={placeholder}
          aria-expanded={shown}
          aria-controls={`${id}-options`}
          aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
          aria-autocomplete="list"
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy}
          value={text}
          maxLength={200}
          onChange={(event) => {
            onText(event.target.value);
            setOpen(true);
            setActive(-1);
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
          className={`${inputLook} pl-10`}
        />
        <ul
          id={`${id}-options`}
          role="listbox"
          aria-label="Suggestions"
          hidden={!shown}
          className="absolute inset-x-0 top-full z-40 mt-2 max-h-80 overflow-y-auto rounded-2xl border border-line bg-surface p-2 shadow-float"
        >
          {options.map((option, index) => (
            <li
              key={option.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              aria-disabled={option.taken}
              // The field keeps the focus; choosing happens before it would lose it.
              onMouseDown={(event) => {
                event.preventDefault();
                pick(option);
              }}
              onMouseMove={() => setActive(index)}
              className="flex min-h-11 items-center gap-3 rounded-xl px-3 py-1.5 text-sm aria-selected:bg-sunken aria-disabled:text-muted"
            >
              {option.picture}
              <span className="min-w-0 flex-1 truncate">{option.label}</span>
              {option.detail && <span className="max-w-1/2 truncate text-xs text-muted">{option.detail}</span>}
            </li>
          ))}
        </ul>
      </div>
      <FieldMessage id={`${id}-message`} error={error} hint={hint} />
      <p className="text-sm text-muted" role="status">
        {text.trim() !== '' && options.length === 0 ? nothing : null}
      </p>
    </div>
  );
}
