import { BellRing, Bookmark } from 'lucide-react';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { describeFailure } from '../api/errors';
import { ProductCard, SkeletonGrid } from '../catalogue/product-card';
import { AddToWishlistDocument, OnWishlistDocument, RemoveFromWishlistDocument, WishlistDocument } from '../gql/graphql';
import { useShopper } from '../shell/shopper';
import { Button, buttonLook } from '../ui/button';
import { Notice } from '../ui/notice';
import { toast } from '../ui/toast';

const GRID = 'grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3';
const PAGE = 24;

/** What the shopper wants to come back to; the shop writes when something sold out is there again. */
export function Wishlist() {
  const [after, setAfter] = useState<(string | null)[]>([null]);
  return (
    <div className="space-y-8">
      {after.map((cursor, index) => (
        <WishlistPage
          key={cursor ?? 'first'}
          after={cursor}
          last={index === after.length - 1}
          onMore={(next) => setAfter([...after, next])}
        />
      ))}
    </div>
  );
}

function WishlistPage({ after, last, onMore }: { after: string | null; last: boolean; onMore: (cursor: string) => void }) {
  const [{ data, fetching, error }, again] = useQuery({
    query: WishlistDocument,
    variables: { first: PAGE, after },
    requestPolicy: 'cache-and-network',
  });
  const [, remove] = useMutation(RemoveFromWishlistDocument);
  const list = data?.me?.wishlist;
  if (!list) {
    if (fetching) return <SkeletonGrid count={6} className={GRID} />;
    return (
      <Notice title="Your wishlist did not load" onRetry={() => again({ requestPolicy: 'network-only' })}>
        {describeFailure(error)}
      </Notice>
    );
  }
  if (list.nodes.length === 0 && after === null) {
    return (
      <Notice title="Nothing on your wishlist" icon={<Bookmark className="size-8" aria-hidden />}>
        Keep products here with “Wishlist” on their page. When something sold out is back, you hear of it.
      </Notice>
    );
  }
  const onRemove = async (productId: string) => {
    const { data: answer, error: failure } = await remove({ productId });
    const trouble = answer ? answer.wishlistRemove.userErrors[0]?.message : describeFailure(failure);
    toast(trouble ?? 'Taken off your wishlist');
  };
  return (
    <>
      <div className={GRID}>
        {list.nodes.map((product) => (
          <ProductCard
            key={product.id}
            product={product}
            footer={
              <Button
                kind="ghost"
                className="relative z-10 -mx-3 mt-1 w-fit"
                aria-label={`Take ${product.name} off the wishlist`}
                onClick={() => void onRemove(product.id)}
              >
                Take off
              </Button>
            }
          />
        ))}
      </div>
      {last && list.pageInfo.hasNextPage && list.pageInfo.endCursor && (
        <div className="text-center">
          <Button busy={fetching} onClick={() => list.pageInfo.endCursor && onMore(list.pageInfo.endCursor)}>
            Load more
          </Button>
        </div>
      )}
    </>
  );
}

/** Puts a product on the wishlist, or says where to sign in for that. */
export function WishlistButton({ product, soldOut }: { product: { id: string; slug: string }; soldOut: boolean }) {
  const { account } = useShopper();
  const [path] = useLocation();
  const [{ data }] = useQuery({ query: OnWishlistDocument, variables: { slug: product.slug }, pause: !account });
  const [{ fetching: adding }, add] = useMutation(AddToWishlistDocument);
  const [{ fetching: removing }, remove] = useMutation(RemoveFromWishlistDocument);
  const wished = data?.product?.inWishlist ?? false;
  const hint = soldOut
    ? wished
      ? 'We write to you when it is back.'
      : 'Put it on your wishlist, and we write to you when it is back.'
    : null;
  const toggle = async () => {
    const variables = { productId: product.id };
    const { data: answer, error } = wished
      ? await remove(variables).then((result) => ({ data: result.data?.wishlistRemove, error: result.error }))
      : await add(variables).then((result) => ({ data: result.data?.wishlistAdd, error: result.error }));
    const trouble = answer ? answer.userErrors[0]?.message : describeFailure(error);
    toast(trouble ?? (wished ? 'Taken off your wishlist' : 'Put on your wishlist'));
  };
  return (
    <>
      {account ? (
        <Button
          className="min-h-12"
          aria-pressed={wished}
          disabled={adding || removing}
          onClick={() => void toggle()}
          data-testid="wishlist"
        >
          <Bookmark className={`size-5 ${wished ? 'fill-accent text-accent' : ''}`} aria-hidden />
          {wished ? 'On your wishlist' : 'Wishlist'}
        </Button>
      ) : (
        <Link href={`/login?next=${encodeURIComponent(path)}`} className={buttonLook('quiet', 'min-h-12')}>
          <Bookmark className="size-5" aria-hidden />
          Wishlist
        </Link>
      )}
      {hint && (
        <p className="flex w-full items-center gap-2 text-sm text-muted">
          <BellRing className="size-4 shrink-0" aria-hidden />
          {hint}
        </p>
      )}
    </>
  );
}
