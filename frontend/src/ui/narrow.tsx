import type { ReactNode } from 'react';

/** A page with one short form on it. */
export function Narrow({ title, note, children }: { title: string; note: ReactNode; children: ReactNode }) {
  return (
    <div className="shell grid place-items-center py-10 sm:py-16">
      <div className="w-full max-w-md">
        <h1 className="display text-3xl sm:text-4xl">{title}</h1>
        <p className="mt-2 text-sm text-muted">{note}</p>
        <div className="mt-8">{children}</div>
      </div>
    </div>
  );
}
