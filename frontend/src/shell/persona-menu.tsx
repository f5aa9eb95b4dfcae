import { Bookmark, Check, CircleUser, LoaderCircle, LogOut, Package, ShieldCheck, Store, User, UserRoundPlus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { Popover } from '../ui/popover';
import { toast } from '../ui/toast';
import { actAs, type DemoAccount, useActing, useDemoAccounts } from './demo';
import { signOut, useShopper } from './shopper';

const ITEM =
  'flex w-full items-center gap-3 rounded-xl px-3 min-h-11 text-left text-sm font-medium hover:bg-sunken aria-disabled:opacity-50';

export function PersonaMenu() {
  const { account } = useShopper();
  const accounts = useDemoAccounts();
  const acting = useActing(account?.id);
  const [busy, setBusy] = useState<string | null>(null);

  const become = async (demo: DemoAccount, close: () => void) => {
    setBusy(demo.email);
    try {
      await actAs(demo);
      close();
      toast(`You are now ${demo.label}`);
    } catch (error) {
      toast(error instanceof Error ? error.message : 'That did not work');
    } finally {
      setBusy(null);
    }
  };

  return (
    <Popover
      label="Account"
      width={288}
      trigger={(props) => (
        <button
          {...props}
          type="button"
          className="flex min-h-10 items-center gap-2 rounded-full px-2.5 text-sm font-semibold hover:bg-sunken"
          data-testid="persona-menu"
        >
          {account ? (
            <span className="grid size-7 place-items-center rounded-full bg-accent text-xs text-on-accent" aria-hidden>
              {account.displayName.slice(0, 1).toUpperCase()}
            </span>
          ) : (
            <CircleUser className="size-6" aria-hidden />
          )}
          <span className="max-w-32 truncate max-md:sr-only">{account?.displayName ?? 'Sign in'}</span>
        </button>
      )}
    >
      {(close) => (
        <div className="-m-2">
          {account ? (
            <>
              <p className="px-3 pb-2 text-sm">
                <span className="block font-semibold">{account.displayName}</span>
                <span className="text-muted">{account.role === 'CUSTOMER' ? 'Shopper' : account.role.toLowerCase()}</span>
              </p>
              <Link href="/account" className={ITEM} onClick={close}>
                <User className="size-4 text-muted" aria-hidden /> Your account
              </Link>
              <Link href="/account/orders" className={ITEM} onClick={close}>
                <Package className="size-4 text-muted" aria-hidden /> Your orders
              </Link>
              <Link href="/account/wishlist" className={ITEM} onClick={close}>
                <Bookmark className="size-4 text-muted" aria-hidden /> Wishlist
              </Link>
              {account.role !== 'CUSTOMER' && (
                <Link href="/admin" className={ITEM} onClick={close}>
                  <Store className="size-4 text-muted" aria-hidden /> Administration
                </Link>
              )}
              <button
                type="button"
                className={ITEM}
                onClick={() => {
                  close();
                  void signOut().then(() => toast('Signed out'));
                }}
              >
                <LogOut className="size-4 text-muted" aria-hidden /> Sign out
              </button>
            </>
          ) : (
            <>
              <Link href="/login" className={ITEM} onClick={close}>
                <User className="size-4 text-muted" aria-hidden /> Sign in
              </Link>
              <Link href="/register" className={ITEM} onClick={close}>
                <UserRoundPlus className="size-4 text-muted" aria-hidden /> Create an account
              </Link>
            </>
          )}
          {accounts.length > 0 && (
            <section aria-label="Act as" className="mt-2 border-t border-line pt-3">
              <h2 className="px-3 pb-1 text-xs font-semibold uppercase tracking-wide text-muted">
                Act as · demonstration
              </h2>
              {accounts.map((demo) => (
                <button
                  key={demo.email}
                  type="button"
                  className={ITEM}
                  aria-disabled={busy !== null}
                  onClick={() => busy === null && void become(demo, close)}
                >
                  {busy === demo.email ? (
                    <LoaderCircle className="size-4 animate-spin text-muted" aria-hidden />
                  ) : demo.role === 'CUSTOMER' ? (
                    <User className="size-4 text-muted" aria-hidden />
                  ) : (
                    <ShieldCheck className="size-4 text-muted" aria-hidden />
                  )}
                  <span className="min-w-0 flex-1 truncate">{demo.label}</span>
                  {acting === demo.email && <Check className="size-4 text-accent" aria-hidden />}
                </button>
              ))}
            </section>
          )}
        </div>
      )}
    </Popover>
  );
}
