import { Check, ChevronRight, CircleSlash2, Heart, PackageX, ShoppingBasket, WifiOff } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { WishlistButton } from '../account/wishlist';
import { describeFailure } from '../api/errors';
import { useCart } from '../cart/cart';
import { creditFor } from '../catalogue/product-card';
import { Reviews } from '../catalogue/reviews';
import { SustainabilityPanel } from '../catalogue/sustainability-panel';
import { VariantPicker } from '../catalogue/variant-picker';
import {
  BoughtTogetherDocument,
  ProductPageDocument,
  type ProductPageQuery,
  SimilarProductsDocument,
} from '../gql/graphql';
import { RecommendationRail } from '../recommend/rail';
import { useRecordedView } from '../signals/hooks';
import { useMarks, useRecent } from '../signals/marks';
import { useTitle } from '../shell/title';
import { Button } from '../ui/button';
import { formatCount, formatDuration } from '../ui/money';
import { Notice } from '../ui/notice';
import { Picture } from '../ui/picture';
import { Price } from '../ui/price';
import { Rating } from '../ui/rating';
import { toast } from '../ui/toast';

type Product = NonNullable<ProductPageQuery['product']>;

/** Clicks that wait for their answer; beyond this the line is slow and not the shopper eager. */
const MOST_AT_ONCE = 10;

export function ProductPage({ slug }: { slug: string }) {
  const [{ data, fetching, error }, again] = useQuery({ query: ProductPageDocument, variables: { slug } });
  const product = data?.product;
  useTitle(product?.name ?? null);
  if (product) return <ProductView key={product.id} product={product} />;
  return (
    <div className="shell py-8">
      {fetching ? (
        <ProductSkeleton />
      ) : error ? (
        <Notice
          title="This product did not load"
          onRetry={() => again({ requestPolicy: 'network-only' })}
          icon={<WifiOff className="size-8" aria-hidden />}
        >
          {describeFailure(error)}
        </Notice>
      ) : (
        <Notice title="No such product" icon={<PackageX className="size-8" aria-hidden />}>
          It may have left the shop. <Link href="/search" className="font-semibold text-accent hover:underline">See what is here</Link>.
        </Notice>
      )}
    </div>
  );
}

function ProductView({ product }: { product: Product }) {
  const recommendationId = useMemo(() => creditFor(product.id), [product.id]);
  useRecordedView(product.id, product.name, recommendationId);
  const { remember } = useRecent();
  useEffect(() => remember(product.id), [remember, product.id]);

  return (
    <div className="shell space-y-16 py-6 sm:py-8">
      <div>
        <nav aria-label="You are here" className="mb-5">
          <ol className="flex flex-wrap items-center gap-1 text-sm text-muted">
            <li>
              <Link href="/" className="hover:text-ink hover:underline">
                Home
              </Link>
            </li>
            {[...(product.category?.ancestors ?? []), ...(product.category ? [product.category] : [])].map((category) => (
              <li key={category.id} className="flex items-center gap-1">
                <ChevronRight className="size-3.5" aria-hidden />
                <Link href={`/c/${category.slug}`} className="hover:text-ink hover:underline">
                  {category.name}
                </Link>
              </li>
            ))}
          </ol>
        </nav>
        <div className="grid gap-8 md:grid-cols-2 lg:grid-cols-[1.1fr_1fr] lg:gap-14">
          <Gallery product={product} />
          <BuyBox product={product} recommendationId={recommendationId} />
        </div>
      </div>
      <Details product={product} />
      <Reviews product={product} />
      <Related productId={product.id} />
    </div>
  );
}

function Gallery({ product }: { product: Product }) {
  const [shown, setShown] = useState(0);
  const current = product.images[shown] ?? product.images[0];
  return (
    <div className="md:sticky md:top-6 md:self-start">
      <Picture src={current?.url} alt={current?.alt ?? product.name} eager className="rounded-3xl" />
      {product.images.length > 1 && (
        <div className="mt-3 flex gap-2" role="group" aria-label="Pictures">
          {product.images.map((image, index) => (
            <button
              key={image.url}
              type="button"
              aria-label={`Picture ${index + 1}: ${image.alt}`}
              aria-pressed={index === shown}
              onClick={() => setShown(index)}
              className="w-18 overflow-hidden rounded-xl border-2 border-transparent aria-pressed:border-accent"
            >
              <Picture src={image.url} alt="" />
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function BuyBox({ product, recommendationId }: { product: Product; recommendationId: string | undefined }) {
  const [, navigate] = useLocation();
  const { liked, toggleLike, dismiss } = useMarks();
  const { add, adding } = useCart();
  const [variantId, setVariantId] = useState(
    () => (product.variants.find((variant) => variant.availableQuantity > 0) ?? product.variants[0])?.id,
  );
  const [added, setAdded] = useState(false);
  const variant = product.variants.find((candidate) => candidate.id === variantId);
  const isLiked = liked.includes(product.id);
  const available = variant?.availableQuantity ?? 0;
  useEffect(() => {
    if (!added) return;
    const timer = setTimeout(() => setAdded(false), 2_000);
    return () => clearTimeout(timer);
  }, [added]);
  const credit = recommendationId ? { recommendationId } : undefined;
  const putIn = async () => {
    if (!variant || adding >= MOST_AT_ONCE) return;
    const trouble = await add({ id: product.id, name: product.name, variantId: variant.id }, credit);
    setAdded(!trouble);
    toast(trouble ?? 'Put in your basket');
  };

  return (
    <div>
      {product.brand && (
        <Link
          href={`/search?brand=${encodeURIComponent(product.brand.slug)}`}
          className="text-sm font-semibold text-accent hover:underline"
        >
          {product.brand.name}
        </Link>
      )}
      <h1 className="display mt-1 text-3xl sm:text-4xl">{product.name}</h1>
      <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Price price={variant?.price ?? product.price} before={variant?.compareAtPrice ?? product.compareAtPrice} large />
        <Rating average={product.rating.average} count={product.rating.count} />
      </div>
      <p className="mt-5 max-w-prose whitespace-pre-line text-[0.95rem] leading-relaxed text-muted">{product.description}</p>
      <div className="mt-6 space-y-5">
        <VariantPicker variants={product.variants} chosen={variant} onChoose={setVariantId} />
        <Availability available={available} />
        <div className="flex flex-wrap gap-3">
          <Button
            kind="primary"
            className="min-h-12 basis-full px-6 text-base sm:min-w-56 sm:basis-auto"
            disabled={available <= 0 || !variant}
            onClick={() => void putIn()}
          >
            {added ? <Check className="size-5" aria-hidden /> : <ShoppingBasket className="size-5" aria-hidden />}
            {available <= 0 ? 'Sold out' : added ? 'In your basket' : 'Add to basket'}
          </Button>
          <Button
            className="min-h-12"
            aria-pressed={isLiked}
            onClick={() => toggleLike(product, credit)}
            data-testid="like"
          >
            <Heart className={`size-5 ${isLiked ? 'fill-danger text-danger' : ''}`} aria-hidden />
            {isLiked ? 'Liked' : 'Like'}
          </Button>
          <WishlistButton product={product} soldOut={available <= 0} />
          <Button
            kind="ghost"
            className="min-h-12"
            onClick={() => {
              dismiss(product, credit);
              toast('Understood. You will see less like this.');
              navigate('/');
            }}
          >
            <CircleSlash2 className="size-5" aria-hidden />
            Not for me
          </Button>
        </div>
      </div>
      {product.sustainability && <SustainabilityPanel sustainability={product.sustainability} />}
    </div>
  );
}

function Availability({ available }: { available: number }) {
  const [text, colour] =
    available <= 0
      ? (['Sold out for now', 'bg-danger'] as const)
      : available <= 5
        ? ([`Only ${available} left`, 'bg-star'] as const)
        : (['In stock', 'bg-accent'] as const);
  return (
    <p className="flex items-center gap-2 text-sm font-medium">
      <span className={`size-2 rounded-full ${colour}`} aria-hidden />
      {text}
    </p>
  );
}

function Details({ product }: { product: Product }) {
  const { stats } = product;
  const facts: [string, string][] = [
    ['Views', formatCount(stats.viewCount)],
    ['Shoppers', formatCount(stats.uniqueViewers)],
    ['Looked at for', stats.averageViewDurationMs > 0 ? formatDuration(stats.averageViewDurationMs) : '–'],
    ['Likes', formatCount(stats.likeCount)],
    ['In baskets', formatCount(stats.cartCount)],
    ['Bought', formatCount(stats.purchaseCount)],
  ];
  return (
    <div className="grid gap-10 lg:grid-cols-[1.1fr_1fr] lg:gap-14">
      {(product.attributes.length > 0 || product.tags.length > 0) && (
        <section aria-labelledby="details">
          <h2 id="details" className="display text-2xl">
            Details
          </h2>
          <dl className="mt-4 divide-y divide-line border-y border-line text-sm">
            {product.attributes.map((attribute) => (
              <div key={attribute.key} className="grid grid-cols-[9rem_1fr] gap-4 py-2.5">
                <dt className="text-muted">{attribute.label}</dt>
                <dd>{attribute.value}</dd>
              </div>
            ))}
          </dl>
          {product.tags.length > 0 && (
            <ul className="mt-4 flex flex-wrap gap-2" aria-label="Tags">
              {product.tags.map((tag) => (
                <li key={tag}>
                  <Link
                    href={`/search?tag=${encodeURIComponent(tag)}`}
                    className="inline-flex min-h-8 items-center rounded-full bg-sunken px-3 text-xs font-medium hover:underline"
                  >
                    {tag}
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      <section aria-labelledby="others" className="space-y-6">
        <h2 id="others" className="display text-2xl">
          What others made of it
        </h2>
        <dl className="grid grid-cols-3 gap-y-5">
          {facts.map(([term, text]) => (
            <div key={term} className="flex flex-col-reverse">
              <dt className="text-xs text-muted">{term}</dt>
              <dd className="text-lg font-semibold tabular-nums">{text}</dd>
            </div>
          ))}
        </dl>
        {product.rating.count > 0 && <Histogram rating={product.rating} />}
      </section>
    </div>
  );
}

function Histogram({ rating }: { rating: Product['rating'] }) {
  return (
    <ul className="max-w-sm space-y-1.5 text-sm" aria-label="Ratings">
      {rating.histogram.toReversed().map((count, index) => {
        const stars = rating.histogram.length - index;
        return (
          <li key={stars} className="flex items-center gap-3">
            <span className="w-14 text-muted">{stars === 1 ? '1 star' : `${stars} stars`}</span>
            <span className="h-2 flex-1 overflow-hidden rounded-full bg-sunken" aria-hidden>
              <span
                className="block h-full rounded-full bg-star"
                style={{ width: `${rating.count > 0 ? (count / rating.count) * 100 : 0}%` }}
              />
            </span>
            <span className="w-10 text-right tabular-nums text-muted">{formatCount(count)}</span>
          </li>
        );
      })}
    </ul>
  );
}

const TOGETHER = 6;
const ALIKE = 10;

/** What goes with it, then what could be taken instead; no product stands in both rows. */
function Related({ productId }: { productId: string }) {
  const productIds = useMemo(() => [productId], [productId]);
  const [{ data: bought, fetching: waiting }] = useQuery({
    query: BoughtTogetherDocument,
    variables: { productIds, count: TOGETHER },
  });
  const [{ data: alike, fetching }] = useQuery({
    query: SimilarProductsDocument,
    variables: { productId, count: ALIKE + TOGETHER },
  });
  const together = bought?.frequentlyBoughtTogether;
  const similar = useMemo(() => {
    if (!alike) return undefined;
    const shown = new Set(together?.items.map((item) => item.product.id));
    const items = alike.similarProducts.items.filter((item) => !shown.has(item.product.id)).slice(0, ALIKE);
    return { ...alike.similarProducts, items };
  }, [alike, together]);
  return (
    <>
      <RecommendationRail title="Often bought together" note="Learned from what is bought in one go" list={together} />
      <RecommendationRail title="Similar to this" list={waiting ? undefined : similar} loading={fetching || waiting} />
    </>
  );
}

function ProductSkeleton() {
  return (
    <div className="mt-10 grid animate-pulse-soft gap-8 md:grid-cols-2 lg:grid-cols-[1.1fr_1fr] lg:gap-14" role="status" aria-label="Loading">
      <div className="aspect-square rounded-3xl bg-sunken" />
      <div className="space-y-4">
        <div className="h-4 w-24 rounded bg-sunken" />
        <div className="h-9 w-4/5 rounded bg-sunken" />
        <div className="h-7 w-28 rounded bg-sunken" />
        <div className="h-28 rounded bg-sunken" />
        <div className="h-12 w-56 rounded-full bg-sunken" />
      </div>
    </div>
  );
}
