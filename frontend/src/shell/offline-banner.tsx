import { WifiOff } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { connection } from '../api/connection';

export function OfflineBanner() {
  const online = useSyncExternalStore(connection.subscribe, connection.online);
  return (
    <div role="status" aria-live="polite">
      {!online && (
        <p className="flex items-center justify-center gap-2 bg-danger-soft px-4 py-2 text-sm font-medium text-danger">
          <WifiOff className="size-4" aria-hidden />
          You are offline. What you do is kept and sent when the connection is back.
        </p>
      )}
    </div>
  );
}
