import { CircleUser, History, WifiOff } from 'lucide-react';
import { type FormEvent, type ReactNode, useMemo, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Link } from 'wouter';
import { Addresses } from '../account/addresses';
import { Security } from '../account/security';
import { Wishlist } from '../account/wishlist';
import { session } from '../api/browser';
import { describeFailure, type FormErrors, NO_ERRORS, sortErrors } from '../api/errors';
import { useCategories } from '../catalogue/categories';
import { BrandsDocument, ProfileDocument, type ProfileQuery, UpdateProfileDocument, ViewHistoryDocument } from '../gql/graphql';
import { MyOrders } from '../orders/list';
import { Chip, toggled } from '../recommend/taste';
import { useShopper } from '../shell/shopper';
import { useTitle } from '../shell/title';
import { Alert } from '../ui/alert';
import { Button, buttonLook } from '../ui/button';
import { Field } from '../ui/field';
import { formatAgo, formatDuration, formatMoney, plural } from '../ui/money';
import { Notice } from '../ui/notice';
import { Picture } from '../ui/picture';
import { TabBar } from '../ui/tab-bar';
import { toast } from '../ui/toast';

const TABS = [
  { id: 'profile', label: 'Profile', href: '/account' },
  { id: 'orders', label: 'Orders', href: '/account/orders' },
  { id: 'addresses', label: 'Addresses', href: '/account/addresses' },
  { id: 'wishlist', label: 'Wishlist', href: '/account/wishlist' },
  { id: 'taste', label: 'Taste', href: '/account/taste' },
  { id: 'history', label: 'View history', href: '/account/history' },
  { id: 'security', label: 'Security', href: '/account/security' },
] as const;

export type AccountTab = (typeof TABS)[number]['id'];
type Me = NonNullable<ProfileQuery['me']>;

export function AccountPage({ tab }: { tab: AccountTab }) {
  useTitle('Your account');
  const { account } = useShopper();
  const [{ data, fetching, error }, again] = useQuery({ query: ProfileDocument, pause: !account });
  let content: ReactNode = null;
  if (!account) {
    content = (
      <Notice title="You are not signed in" icon={<CircleUser className="size-8" aria-hidden />}>
        <Link href={`/login?next=${encodeURIComponent(TABS.find((entry) => entry.id === tab)?.href ?? '/account')}`} className={buttonLook('primary', 'mt-2')}>
          Sign in
        </Link>
      </Notice>
    );
  } else if (data?.me) {
    content = <Tab tab={tab} me={data.me} />;
  } else if (fetching) {
    content = <div className="h-64 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
  } else {
    content = (
      <Notice
        title="Your account did not load"
        onRetry={() => again({ requestPolicy: 'network-only' })}
        icon={<WifiOff className="size-8" aria-hidden />}
      >
        {describeFailure(error)}
      </Notice>
    );
  }
  return (
    <div className="shell py-8">
      <h1 className="display text-3xl sm:text-4xl">Your account</h1>
      <TabBar label="Account" entries={TABS} current={tab} />
      <div className="mt-8 max-w-3xl">{content}</div>
    </div>
  );
}

function Tab({ tab, me }: { tab: AccountTab; me: Me }) {
  switch (tab) {
    case 'profile':
      return <ProfileForm me={me} />;
    case 'orders':
      return <MyOrders />;
    case 'addresses':
      return <Addresses />;
    case 'wishlist':
      return <Wishlist />;
    case 'taste':
      return <TasteForm key={me.preferences?.updatedAt} me={me} />;
    case 'history':
      return <ViewHistory />;
    case 'security':
      return <Security />;
  }
}

function ProfileForm({ me }: { me: Me }) {
  const [{ fetching }, update] = useMutation(UpdateProfileDocument);
  const [errors, setErrors] = useState<FormErrors>(NO_ERRORS);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const displayName = String(form.get('displayName')).trim();
    const phone = String(form.get('phone')).trim();
    const { data, error } = await update({ displayName, ...(phone || me.phone ? { phone } : {}) });
    if (!data) return setErrors({ fields: {}, general: [describeFailure(error)] });
    setErrors(sortErrors(data.profileUpdate.userErrors, ['displayName', 'phone']));
    if (data.profileUpdate.userErrors.length === 0) {
      session.rename(displayName);
      toast('Saved');
    }
  };
  return (
    <form className="max-w-md space-y-5" onSubmit={submit}>
      <Alert messages={errors.general} />
      <Field label="Name" name="displayName" defaultValue={me.displayName} required maxLength={100} error={errors.fields.displayName} />
      <Field label="E-mail" name="email" value={me.email ?? ''} readOnly hint={`Here since ${new Date(me.createdAt).toLocaleDateString('en', { dateStyle: 'long' })}`} />
      <Field label="Phone" name="phone" type="tel" autoComplete="tel" defaultValue={me.phone ?? ''} error={errors.fields.phone} />
      <Button kind="primary" type="submit" busy={fetching}>
        Save
      </Button>
    </form>
  );
}

function TasteForm({ me }: { me: Me }) {
  const { roots } = useCategories();
  const [{ data: brandData }] = useQuery({ query: BrandsDocument });
  const [{ fetching }, update] = useMutation(UpdateProfileDocument);
  const [errors, setErrors] = useState<FormErrors>(NO_ERRORS);
  const stated = me.preferences;
  const [categories, setCategories] = useState<string[]>(() => stated?.categories.map((category) => category.slug) ?? []);
  const [brands, setBrands] = useState<string[]>(() => stated?.brands.map((brand) => brand.slug) ?? []);
  const [score, setScore] = useState(stated?.minSustainabilityScore ?? 0);
  const [min, setMin] = useState(stated?.price?.min?.amount ?? '');
  const [max, setMax] = useState(stated?.price?.max?.amount ?? '');
  const [moreBrands, setMoreBrands] = useState(false);
  const choices = useMemo(
    () => roots.flatMap((root) => (categories.some((slug) => root.children.some((child) => child.slug === slug)) ? [root, ...root.children] : [root])),
    [roots, categories],
  );
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const { data, error } = await update({
      preferences: {
        categorySlugs: categories,
        brandSlugs: brands,
        price: min || max ? { ...(min && { min }), ...(max && { max }) } : null,
        minSustainabilityScore: score > 0 ? score : null,
      },
    });
    if (!data) return setErrors({ fields: {}, general: [describeFailure(error)] });
    setErrors(sortErrors(data.profileUpdate.userErrors, ['categorySlugs', 'brandSlugs', 'min', 'max', 'minSustainabilityScore']));
    if (data.profileUpdate.userErrors.length === 0) toast('Saved. Your shelf follows.');
  };
  const shownBrands = brandData?.brands.filter((brand, index) => moreBrands || index < 16 || brands.includes(brand.slug)) ?? [];
  return (
    <form className="space-y-9" onSubmit={save}>
      <p className="text-sm text-muted">
        What you state here counts at once, before you have looked at anything, and gives way as your own choices speak.
      </p>
      <Alert messages={errors.general} />
      <Group title="Categories" error={errors.fields.categorySlugs}>
        {choices.map((category) => (
          <Chip
            key={category.id}
            pressed={categories.includes(category.slug)}
            onClick={() => setCategories(toggled(categories, category.slug))}
          >
            {category.name}
          </Chip>
        ))}
      </Group>
      <Group title="Brands" error={errors.fields.brandSlugs}>
        {shownBrands.map((brand) => (
          <Chip key={brand.id} pressed={brands.includes(brand.slug)} onClick={() => setBrands(toggled(brands, brand.slug))}>
            {brand.name}
          </Chip>
        ))}
        {!moreBrands && (brandData?.brands.length ?? 0) > 16 && (
          <Button kind="ghost" onClick={() => setMoreBrands(true)}>
            Show all {brandData?.brands.length}
          </Button>
        )}
      </Group>
      <div className="grid max-w-md grid-cols-2 gap-4">
        <Field label="Price from" inputMode="decimal" pattern="\d{1,7}(\.\d{1,2})?" value={min} onChange={(event) => setMin(event.target.value.trim())} error={errors.fields.min} />
        <Field label="Price to" inputMode="decimal" pattern="\d{1,7}(\.\d{1,2})?" value={max} onChange={(event) => setMax(event.target.value.trim())} error={errors.fields.max} />
      </div>
      <div className="max-w-md">
        <label htmlFor="score" className="flex justify-between text-sm font-semibold">
          Sustainability of at least
          <output className="tabular-nums text-muted">{score === 0 ? 'any' : `${score} of 100`}</output>
        </label>
        <input
          id="score"
          type="range"
          min={0}
          max={100}
          step={5}
          value={score}
          onChange={(event) => setScore(Number(event.target.value))}
          className="mt-2 h-8 w-full"
        />
      </div>
      <Button kind="primary" type="submit" busy={fetching}>
        Save taste
      </Button>
    </form>
  );
}

function Group({ title, error, children }: { title: string; error: string | undefined; children: ReactNode }) {
  return (
    <fieldset>
      <legend className="mb-3 text-sm font-semibold">{title}</legend>
      <div className="flex flex-wrap gap-2">{children}</div>
      {error && <p className="mt-2 text-sm text-danger">{error}</p>}
    </fieldset>
  );
}

const HISTORY_PAGE = 20;

function ViewHistory() {
  const [after, setAfter] = useState<(string | null)[]>([null]);
  return (
    <div>
      {after.map((cursor, index) => (
        <HistoryPage
          key={cursor ?? 'first'}
          after={cursor}
          last={index === after.length - 1}
          onMore={(next) => setAfter([...after, next])}
        />
      ))}
    </div>
  );
}

function HistoryPage({ after, last, onMore }: { after: string | null; last: boolean; onMore: (cursor: string) => void }) {
  const [{ data, fetching, error }, again] = useQuery({
    query: ViewHistoryDocument,
    variables: { first: HISTORY_PAGE, after },
    requestPolicy: 'cache-and-network',
  });
  const [now] = useState(() => Date.now());
  const views = data?.me?.viewHistory;
  if (!views) {
    if (fetching) return <div className="h-64 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
    return (
      <Notice title="Your history did not load" onRetry={() => again({ requestPolicy: 'network-only' })}>
        {describeFailure(error)}
      </Notice>
    );
  }
  if (views.nodes.length === 0 && after === null) {
    return (
      <Notice title="Nothing viewed yet" icon={<History className="size-8" aria-hidden />}>
        Products you look at are listed here, with how often and how long.
      </Notice>
    );
  }
  return (
    <>
      <ul className="divide-y divide-line border-b border-line">
        {views.nodes.map((view) => (
          <li key={view.product.id} className="relative flex items-center gap-4 py-3">
            <Picture src={view.product.images[0]?.url} alt="" className="size-16 shrink-0 rounded-xl" />
            <div className="min-w-0 flex-1">
              <Link href={`/p/${view.product.slug}`} className="stretched block truncate font-medium hover:underline">
                {view.product.name}
              </Link>
              <p className="text-sm text-muted">
                {formatAgo(Date.parse(view.lastViewedAt), now)} · {plural(view.viewCount, 'view')}
                {view.totalDurationMs > 0 && ` · ${formatDuration(view.totalDurationMs)} in all`}
              </p>
            </div>
            <span className="text-sm font-semibold tabular-nums">{formatMoney(view.product.price)}</span>
          </li>
        ))}
      </ul>
      {last && views.pageInfo.hasNextPage && views.pageInfo.endCursor && (
        <div className="mt-6 text-center">
          <Button busy={fetching} onClick={() => views.pageInfo.endCursor && onMore(views.pageInfo.endCursor)}>
            Load more
          </Button>
        </div>
      )}
    </>
  );
}
