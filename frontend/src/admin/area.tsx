import { ShieldX } from 'lucide-react';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { AdminAccessDocument, type Permission } from '../gql/graphql';
import { useShopper } from '../shell/shopper';
import { useTitle } from '../shell/title';
import { buttonLook } from '../ui/button';
import { Notice } from '../ui/notice';
import { TabBar } from '../ui/tab-bar';
import { Dashboard } from './dashboard/page';
import { DeadLetters } from './dead-letters';
import { Mailbox } from './mailbox';
import { AdminOrder } from './order';
import { AdminOrders } from './orders';
import { AdminRecommendations } from './recommendations';
import { ReviewQueue } from './reviews';
import { Transfers } from './transfers';

const PARTS = [
  { id: 'orders', label: 'Orders', href: '/admin', needs: 'ORDERS_MANAGE' },
  { id: 'dashboard', label: 'Dashboard', href: '/admin/dashboard', needs: 'METRICS_READ' },
  { id: 'reviews', label: 'Reviews', href: '/admin/reviews', needs: 'REVIEWS_MODERATE' },
  { id: 'recommendations', label: 'Recommendations', href: '/admin/recommendations', needs: 'RECOMMENDATIONS_MANAGE' },
  { id: 'transfers', label: 'Import and export', href: '/admin/transfers', needs: 'PRODUCTS_MANAGE' },
  { id: 'mailbox', label: 'Mailbox', href: '/admin/mailbox', needs: 'SETTINGS_MANAGE' },
  { id: 'dead-letters', label: 'Dead letters', href: '/admin/dead-letters', needs: 'SETTINGS_MANAGE' },
] as const satisfies readonly { id: string; label: string; href: string; needs: Permission }[];

export type AdminPart = (typeof PARTS)[number]['id'];

/** The shop from behind the counter. Each part appears to those who may use it; the server checks again. */
export function AdminPage({ part, number }: { part: AdminPart; number?: string }) {
  useTitle(PARTS.find((entry) => entry.id === part)?.label ?? 'Administration');
  const { account } = useShopper();
  const [{ data, fetching }] = useQuery({ query: AdminAccessDocument, pause: !account });
  const permissions = data?.viewer.permissions ?? [];
  const mine = PARTS.filter((entry) => permissions.includes(entry.needs));
  let content: ReactNode;
  if (account && fetching && !data) {
    content = <div className="h-64 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
  } else if (mine.some((entry) => entry.id === part)) {
    content = <Part part={part} number={number} permissions={permissions} />;
  } else content = <Closed signedIn={account !== null} first={mine[0]} />;
  return (
    <div className="shell py-8">
      <h1 className="display text-3xl sm:text-4xl">Administration</h1>
      {mine.length > 0 && <TabBar label="Administration" entries={mine} current={part} />}
      <div className="mt-8">{content}</div>
    </div>
  );
}

function Closed({ signedIn, first }: { signedIn: boolean; first: { href: string; label: string } | undefined }) {
  const way = signedIn ? first : { href: '/login?next=/admin', label: 'Sign in' };
  return (
    <Notice title="This is for the people who run the shop" icon={<ShieldX className="size-8" aria-hidden />}>
      {way ? (
        <Link href={way.href} className={buttonLook('primary', 'mt-2')}>
          {way.label}
        </Link>
      ) : (
        'Your account has no permission for it.'
      )}
    </Notice>
  );
}

function Part({ part, number, permissions }: { part: AdminPart; number: string | undefined; permissions: readonly Permission[] }) {
  const mayRefund = permissions.includes('PAYMENTS_MANAGE');
  switch (part) {
    case 'orders':
      return number ? <AdminOrder key={number} number={number} mayRefund={mayRefund} /> : <AdminOrders />;
    case 'dashboard':
      return <Dashboard mayReadExperiments={permissions.includes('EXPERIMENTS_MANAGE')} />;
    case 'reviews':
      return <ReviewQueue />;
    case 'recommendations':
      return <AdminRecommendations />;
    case 'transfers':
      return <Transfers />;
    case 'mailbox':
      return <Mailbox />;
    case 'dead-letters':
      return <DeadLetters />;
  }
}
