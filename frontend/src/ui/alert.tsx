import type { ReactNode } from 'react';

/** What went wrong, read out at once. Empty until there is something to say. */
export function Alert({ messages, children }: { messages: readonly string[]; children?: ReactNode }) {
  return (
    <div role="alert" className="space-y-2">
      {messages.map((message) => (
        <div key={message} className="rounded-xl bg-danger-soft px-4 py-3 text-sm text-danger">
          <p className="first-letter:uppercase">{message}</p>
          {children}
        </div>
      ))}
    </div>
  );
}
