import { Bell, CreditCard, Package, PackageCheck, Sparkles, Tag } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useClient, useMutation, useQuery } from 'urql';
import { Link } from 'wouter';
import {
  MarkNotificationsReadDocument,
  type NotificationKind,
  type NotificationPartsFragment,
  NotificationReceivedDocument,
  NotificationsDocument,
} from '../gql/graphql';
import { useShopper } from '../shell/shopper';
import { formatAgo } from '../ui/money';
import { Popover } from '../ui/popover';
import { toast } from '../ui/toast';

const SHOWN = 15;

const ICON: Record<NotificationKind, typeof Bell> = {
  ORDER_STATUS: PackageCheck,
  PAYMENT: CreditCard,
  SHIPMENT: Package,
  BACK_IN_STOCK: Tag,
  PRICE_DROP: Tag,
  RECOMMENDATION: Sparkles,
  SYSTEM: Bell,
};

/** Where a notification leads. */
function target({ kind, product }: NotificationPartsFragment): string | null {
  if (product) return `/p/${product.slug}`;
  return ['ORDER_STATUS', 'PAYMENT', 'SHIPMENT'].includes(kind) ? '/account/orders' : null;
}

export function NotificationBell() {
  const { account } = useShopper();
  return account ? <Bells /> : null;
}

function Bells() {
  const client = useClient();
  const [{ data }, again] = useQuery({ query: NotificationsDocument, variables: { first: SHOWN } });
  const [, markRead] = useMutation(MarkNotificationsReadDocument);
  const unread = data?.me?.notifications.unreadCount ?? 0;

  useEffect(() => {
    const live = client.subscription(NotificationReceivedDocument, {}).subscribe(({ data: heard }) => {
      if (!heard) return;
      toast(heard.notificationReceived.title);
      again({ requestPolicy: 'network-only' });
    });
    return () => live.unsubscribe();
  }, [client, again]);

  const readAll = () => {
    if (unread > 0) void markRead({ ids: null }).then(() => again({ requestPolicy: 'network-only' }));
  };
  return (
    <Popover
      label="Notifications"
      width={360}
      trigger={(props) => (
        <button
          {...props}
          type="button"
          aria-label={unread === 0 ? 'Notifications' : `Notifications, ${unread} unread`}
          className="relative grid size-10 place-items-center rounded-full hover:bg-sunken"
          data-testid="notifications"
        >
          <Bell className="size-5" aria-hidden />
          {unread > 0 && (
            <span
              className="absolute right-0 top-0 grid min-w-5 place-items-center rounded-full bg-accent px-1 text-xs font-bold leading-5 text-on-accent"
              aria-hidden
            >
              {unread > 99 ? '99+' : unread}
            </span>
          )}
        </button>
      )}
    >
      {(close) => <List notifications={data?.me?.notifications.nodes ?? []} onSeen={readAll} close={close} />}
    </Popover>
  );
}

function List({
  notifications,
  onSeen,
  close,
}: {
  notifications: readonly NotificationPartsFragment[];
  onSeen: () => void;
  close: () => void;
}) {
  const [now] = useState(() => Date.now());
  // What was new when the list opened stays marked while it is open.
  const [seen] = useState(() => new Set(notifications.flatMap((entry) => (entry.readAt ? [entry.id] : []))));
  const unread = notifications.some((entry) => !entry.readAt);
  return (
    <div className="-m-2 space-y-1">
      <div className="flex items-center justify-between px-3 pb-1">
        <h2 className="text-sm font-semibold">Notifications</h2>
        {unread && (
          <button type="button" className="min-h-8 text-sm font-semibold text-accent hover:underline" onClick={onSeen}>
            Mark all as read
          </button>
        )}
      </div>
      {notifications.length === 0 && <p className="px-3 pb-3 text-sm text-muted">Nothing yet. Orders and goods that are back show up here.</p>}
      <ul>
        {notifications.map((entry) => {
          const Icon = ICON[entry.kind];
          const href = target(entry);
          const fresh = !entry.readAt && !seen.has(entry.id);
          return (
            <li key={entry.id} className="relative flex gap-3 rounded-xl px-3 py-2.5 hover:bg-sunken">
              <Icon className={`mt-0.5 size-4 shrink-0 ${fresh ? 'text-accent' : 'text-muted'}`} aria-hidden />
              <div className="min-w-0 text-sm">
                {href ? (
                  <Link href={href} onClick={close} className={`stretched block ${fresh ? 'font-semibold' : 'font-medium'}`}>
                    {entry.title}
                  </Link>
                ) : (
                  <p className={fresh ? 'font-semibold' : 'font-medium'}>{entry.title}</p>
                )}
                <p className="text-muted">{entry.body}</p>
                <p className="mt-0.5 text-xs text-muted">
                  {formatAgo(Date.parse(entry.createdAt), now)}
                  {fresh && <span className="sr-only">, new</span>}
                </p>
              </div>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
