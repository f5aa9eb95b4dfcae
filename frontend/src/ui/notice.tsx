import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button';

/** What stands where content would be: nothing found, not reachable, not allowed. */
export function Notice({
  title,
  children,
  onRetry,
  icon,
}: {
  title: string;
  children?: ReactNode;
  onRetry?: () => void;
  icon?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-3 rounded-2xl border border-dashed border-line px-6 py-14 text-center">
      {icon && <div className="text-muted">{icon}</div>}
      <p className="display text-xl">{title}</p>
      {children && <div className="max-w-md text-sm text-muted">{children}</div>}
      {onRetry && (
        <Button onClick={onRetry} className="mt-2">
          <RotateCw className="size-4" aria-hidden />
          Try again
        </Button>
      )}
    </div>
  );
}
