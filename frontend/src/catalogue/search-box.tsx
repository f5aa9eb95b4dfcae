import { Search } from 'lucide-react';
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { useLocation } from 'wouter';
import { SuggestionsDocument } from '../gql/graphql';
import { formatMoney } from '../ui/money';
import { Picture } from '../ui/picture';
import { useSettled } from '../ui/settled';

interface Option {
  key: string;
  href: string;
  kind: 'query' | 'category' | 'product';
  text: string;
  picture?: string | undefined;
  price?: string;
}

/** The search field with suggestions: a combobox by the book, so it works with keys and screen readers alike. */
export function SearchBox({ className = '' }: { className?: string }) {
  const [, navigate] = useLocation();
  const id = useId();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const query = useSettled(text.trim(), 120);
  const [{ data }] = useQuery({ query: SuggestionsDocument, variables: { query }, pause: query.length < 2 });
  const found = useDeferredValue(query.length < 2 ? undefined : data?.searchSuggestions);

  const options: Option[] = found
    ? [
        ...found.queries.map((entry) => ({
          key: `q-${entry}`,
          href: `/search?q=${encodeURIComponent(entry)}`,
          kind: 'query' as const,
          text: entry,
        })),
        ...found.categories.map((entry) => ({
          key: entry.id,
          href: `/c/${entry.slug}`,
          kind: 'category' as const,
          text: entry.name,
        })),
        ...found.products.map((entry) => ({
          key: entry.id,
          href: `/p/${entry.slug}`,
          kind: 'product' as const,
          text: entry.name,
          picture: entry.images[0]?.url,
          price: formatMoney(entry.price),
        })),
      ]
    : [];
  const shown = open && options.length > 0;

  const go = (href: string) => {
    setOpen(false);
    setActive(-1);
    setText('');
    input.current?.blur();
    navigate(href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      // The first press closes the list; only the next one empties the field, which browsers do by themselves.
      if (shown) event.preventDefault();
      setOpen(false);
      setActive(-1);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!shown) return;
      event.preventDefault();
      // The field itself is one stop of the round, before the first and after the last suggestion.
      const stops = options.length + 1;
      const step = event.key === 'ArrowDown' ? 1 : stops - 1;
      setActive((index) => ((index + 1 + step) % stops) - 1);
    }
  };

  useEffect(() => {
    // The customary key for search, unless something is being typed.
    const onSlash = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (event.key !== '/' || event.metaKey || event.ctrlKey || target?.closest('input, textarea, select')) return;
      if (!input.current?.offsetParent) return;
      event.preventDefault();
      input.current.focus();
    };
    addEventListener('keydown', onSlash);
    return () => removeEventListener('keydown', onSlash);
  }, []);

  return (
    <form
      role="search"
      className={`relative ${className}`}
      onSubmit={(event) => {
        event.preventDefault();
        const chosen = options[active];
        if (chosen) go(chosen.href);
        else if (text.trim()) go(`/search?q=${encodeURIComponent(text.trim())}`);
      }}
    >
      <Search className="pointer-events-none absolute left-3.5 top-1/2 size-4 -translate-y-1/2 text-muted" aria-hidden />
      <input
        ref={input}
        type="search"
        name="q"
        autoComplete="off"
        placeholder="Search the shop"
        aria-label="Search the shop"
        role="combobox"
        aria-expanded={shown}
        aria-controls={`${id}-options`}
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        aria-autocomplete="list"
        value={text}
        maxLength={200}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
          setActive(-1);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
        className="min-h-10 w-full rounded-full border border-line bg-surface pl-10 pr-4 text-base placeholder:text-muted [&::-webkit-search-cancel-button]:appearance-none focus-visible:outline-2 focus-visible:outline-accent sm:text-sm"
      />
      <ul
        id={`${id}-options`}
        role="listbox"
        aria-label="Suggestions"
        hidden={!shown}
        className="absolute inset-x-0 top-full z-40 mt-2 overflow-hidden rounded-2xl border border-line bg-surface p-2 shadow-float"
      >
        {options.map((option, index) => (
          <li
            key={option.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            // The field keeps the focus; choosing happens before it would lose it.
            onMouseDown={(event) => {
              event.preventDefault();
              go(option.href);
            }}
            onMouseMove={() => setActive(index)}
            className="flex min-h-10 items-center gap-3 rounded-xl px-3 py-1.5 text-sm aria-selected:bg-sunken"
          >
            {option.kind === 'product' ? (
              <Picture src={option.picture} alt="" className="size-9 shrink-0 rounded-lg" />
            ) : (
              <Search className="size-4 shrink-0 text-muted" aria-hidden />
            )}
            <span className="min-w-0 flex-1 truncate">{option.text}</span>
            {option.kind === 'category' && <span className="text-xs text-muted">Category</span>}
            {option.price && <span className="tabular-nums text-muted">{option.price}</span>}
          </li>
        ))}
      </ul>
    </form>
  );
}
