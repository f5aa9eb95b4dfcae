import { ShoppingBasket } from 'lucide-react';
import { Link, useRoute } from 'wouter';
import { NotificationBell } from '../account/notifications';
import { useCart } from '../cart/cart';
import { useCategories } from '../catalogue/categories';
import { SearchBox } from '../catalogue/search-box';
import mark from '../assets/mark.svg';
import { plural } from '../ui/money';
import { PersonaMenu } from './persona-menu';
import { ThemeButton } from './theme';

export function Header() {
  const { count } = useCart();
  return (
    <header className="border-b border-line">
      <div className="shell flex flex-wrap items-center gap-x-3 gap-y-3 py-3 sm:flex-nowrap sm:gap-x-6 lg:grid lg:grid-cols-[1fr_minmax(0,36rem)_1fr]">
        <Link href="/" className="flex w-fit items-center gap-2.5 rounded-lg" aria-label="Shelfwise, home">
          <img src={mark} alt="" width={30} height={30} />
          <span className="display text-2xl">Shelfwise</span>
        </Link>
        <SearchBox className="order-last w-full sm:order-none sm:mx-auto sm:max-w-xl sm:flex-1 lg:w-full" />
        <div className="ml-auto flex items-center gap-0.5 sm:ml-0 lg:justify-self-end">
          <ThemeButton />
          <NotificationBell />
          <PersonaMenu />
          <Link
            href="/basket"
            aria-label={count === 0 ? 'Basket, empty' : `Basket, ${plural(count, 'item')}`}
            className="relative grid size-10 place-items-center rounded-full hover:bg-sunken"
          >
            <ShoppingBasket className="size-5" aria-hidden />
            {count > 0 && (
              <span
                className="absolute right-0 top-0 grid min-w-5 place-items-center rounded-full bg-accent px-1 text-xs font-bold leading-5 text-on-accent"
                aria-hidden
              >
                {count}
              </span>
            )}
          </Link>
        </div>
      </div>
      <CategoryBar />
    </header>
  );
}

function CategoryBar() {
  const { roots } = useCategories();
  const [, params] = useRoute('/c/:slug');
  return (
    <nav aria-label="Categories" className="shell">
      <ul className="flex min-h-11 gap-1 overflow-x-auto [scrollbar-width:none] -mx-2.5">
        {roots.map((root) => {
          const current = params?.slug === root.slug || root.children.some((child) => child.slug === params?.slug);
          return (
            <li key={root.id} className="shrink-0">
              <Link
                href={`/c/${root.slug}`}
                aria-current={current ? 'page' : undefined}
                className="flex min-h-11 items-center border-b-2 border-transparent px-2.5 text-sm text-muted hover:text-ink aria-[current]:border-accent aria-[current]:font-semibold aria-[current]:text-ink"
              >
                {root.name}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

export function Footer() {
  return (
    <footer className="mt-16 border-t border-line">
      <div className="shell flex flex-wrap items-center justify-between gap-4 py-8 text-sm text-muted">
        <p>Shelfwise. Every shelf can say why.</p>
        <nav aria-label="More" className="flex gap-5">
          <a href="/graphiql" className="hover:text-ink hover:underline">
            GraphiQL
          </a>
          <a href="/search" className="hover:text-ink hover:underline">
            All products
          </a>
          <a href="/orders" className="hover:text-ink hover:underline">
            Find an order
          </a>
        </nav>
      </div>
    </footer>
  );
}
