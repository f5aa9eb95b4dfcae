import { useEffect, useRef } from 'react';
import { Link } from 'wouter';

/** The parts of an area as a row of links; on small screens it scrolls to the one that is open. */
export function TabBar<Id extends string>({
  label,
  entries,
  current,
}: {
  label: string;
  entries: readonly { id: Id; label: string; href: string }[];
  current: Id;
}) {
  const list = useRef<HTMLUListElement>(null);
  const size = entries.length;
  useEffect(() => {
    const node = list.current;
    const open = node?.querySelector<HTMLElement>('[aria-current]');
    if (!node || !open || size === 0) return;
    const from = open.offsetLeft - node.offsetLeft;
    if (from < node.scrollLeft || from + open.offsetWidth > node.scrollLeft + node.clientWidth) {
      node.scrollLeft = from - (node.clientWidth - open.offsetWidth) / 2;
    }
  }, [current, size]);
  return (
    <nav aria-label={label} className="mt-5 border-b border-line">
      <ul ref={list} className="-mb-px flex gap-5 overflow-x-auto [scrollbar-width:none]">
        {entries.map((entry) => (
          <li key={entry.id} className="shrink-0">
            <Link
              href={entry.href}
              aria-current={entry.id === current ? 'page' : undefined}
              className="flex min-h-11 items-center border-b-2 border-transparent text-sm text-muted hover:text-ink aria-[current]:border-accent aria-[current]:font-semibold aria-[current]:text-ink"
            >
              {entry.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
