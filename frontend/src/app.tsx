import { Compass } from 'lucide-react';
import { Component, type ReactNode, useEffect, useRef } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { AdminPage, type AdminPart } from './admin/area';
import { CartProvider } from './cart/cart';
import { AccountPage } from './pages/account';
import { BasketPage } from './pages/basket';
import { BrowsePage } from './pages/browse';
import { CheckoutPage } from './pages/checkout';
import { CheckoutReturnPage } from './pages/checkout-return';
import { HomePage } from './pages/home';
import { FindOrderPage, OrderPage } from './pages/order';
import { ProductPage } from './pages/product';
import { ConfirmEmailPage, ForgotPasswordPage, ResetPasswordPage, VerifyEmailPage } from './pages/recovery';
import { LoginPage, RegisterPage } from './pages/sign-in';
import { Footer, Header } from './shell/header';
import { OfflineBanner } from './shell/offline-banner';
import { ShopperProvider } from './shell/shopper';
import { useTitle } from './shell/title';
import { buttonLook } from './ui/button';
import { Notice } from './ui/notice';
import { Toasts } from './ui/toast';

export function App() {
  return (
    <ShopperProvider>
      <CartProvider>
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:absolute focus:left-4 focus:top-4 focus:z-50 focus:rounded-full focus:bg-ink focus:px-4 focus:py-2 focus:text-canvas"
        >
          Skip to content
        </a>
        <div className="flex min-h-dvh flex-col">
          <OfflineBanner />
          <Header />
          <main id="content" tabIndex={-1} className="flex-1 outline-none">
            <LastResort>
              <Pages />
            </LastResort>
          </main>
          <Footer />
        </div>
        <Toasts />
      </CartProvider>
    </ShopperProvider>
  );
}

function Pages() {
  const [path] = useLocation();
  const shown = useRef(path);
  useEffect(() => {
    // A new page starts at its top; going back is left to the browser, which remembers better.
    if (!arrivedByHistory) scrollTo(0, 0);
    arrivedByHistory = false;
    // Keyboards and screen readers go on where the new content begins.
    if (shown.current !== path) document.getElementById('content')?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);
  return (
    <Switch>
      <Route path="/">
        <HomePage />
      </Route>
      <Route path="/c/:slug">{({ slug }) => <BrowsePage key={slug} slug={slug} />}</Route>
      <Route path="/search">
        <BrowsePage key="search" slug={null} />
      </Route>
      <Route path="/p/:slug">{({ slug }) => <ProductPage slug={slug} />}</Route>
      <Route path="/basket">
        <BasketPage />
      </Route>
      <Route path="/checkout">
        <CheckoutPage />
      </Route>
      <Route path="/checkout/return">
        <CheckoutReturnPage />
      </Route>
      <Route path="/orders">
        <FindOrderPage />
      </Route>
      <Route path="/orders/:number">{({ number }) => <OrderPage key={number} number={number} />}</Route>
      <Route path="/login">
        <LoginPage />
      </Route>
      <Route path="/register">
        <RegisterPage />
      </Route>
      <Route path="/forgot-password">
        <ForgotPasswordPage />
      </Route>
      <Route path="/reset-password">
        <ResetPasswordPage />
      </Route>
      <Route path="/verify-email">
        <VerifyEmailPage />
      </Route>
      <Route path="/confirm-email">
        <ConfirmEmailPage />
      </Route>
      <Route path="/account">
        <AccountPage tab="profile" />
      </Route>
      <Route path="/account/taste">
        <AccountPage tab="taste" />
      </Route>
      <Route path="/account/orders">
        <AccountPage tab="orders" />
      </Route>
      <Route path="/account/addresses">
        <AccountPage tab="addresses" />
      </Route>
      <Route path="/account/wishlist">
        <AccountPage tab="wishlist" />
      </Route>
      <Route path="/account/security">
        <AccountPage tab="security" />
      </Route>
      <Route path="/account/history">
        <AccountPage tab="history" />
      </Route>
      <Route path="/admin">
        <AdminPage part="orders" />
      </Route>
      <Route path="/admin/orders/:number">{({ number }) => <AdminPage part="orders" number={number} />}</Route>
      {ADMIN_PARTS.map((part) => (
        <Route key={part} path={`/admin/${part}`}>
          <AdminPage part={part} />
        </Route>
      ))}
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  );
}

const ADMIN_PARTS: readonly AdminPart[] = ['dashboard', 'reviews', 'recommendations', 'transfers', 'mailbox', 'dead-letters'];

let arrivedByHistory = true;
addEventListener('popstate', () => {
  arrivedByHistory = true;
});

function NotFoundPage() {
  useTitle('Not found');
  return (
    <div className="shell py-16">
      <Notice title="There is no such page" icon={<Compass className="size-8" aria-hidden />}>
        <Link href="/" className={buttonLook('primary', 'mt-2')}>
          To the shop
        </Link>
      </Notice>
    </div>
  );
}

/** A mistake of ours on one page must not take the header and the way out with it. */
class LastResort extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="shell py-16">
        <Notice title="This page broke" onRetry={() => this.setState({ failed: false })}>
          The mistake is ours. Trying again often helps.
        </Notice>
      </div>
    );
  }
}
