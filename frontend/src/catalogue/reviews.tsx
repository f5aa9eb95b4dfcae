import { BadgeCheck, PenLine, Star } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { useFormErrors } from '../account/form';
import { ReviewsDocument, type ReviewPartsFragment, type ReviewSort, SubmitReviewDocument } from '../gql/graphql';
import { formatDay } from '../orders/words';
import { useShopper } from '../shell/shopper';
import { Alert } from '../ui/alert';
import { Button, buttonLook } from '../ui/button';
import { Field, inputLook } from '../ui/field';
import { plural } from '../ui/money';
import { Segmented } from '../ui/segmented';

const PAGE = 5;
const SORTS: readonly { value: ReviewSort; label: string }[] = [
  { value: 'NEWEST', label: 'Newest' },
  { value: 'HIGHEST', label: 'Best' },
  { value: 'LOWEST', label: 'Worst' },
];

/** What buyers wrote about a product, and the form for one more opinion. */
export function Reviews({ product }: { product: { id: string; slug: string; name: string } }) {
  const { account } = useShopper();
  const [path] = useLocation();
  const [sortBy, setSortBy] = useState<ReviewSort>('NEWEST');
  const [after, setAfter] = useState<(string | null)[]>([null]);
  const [writing, setWriting] = useState(false);
  const [sent, setSent] = useState(false);
  const [{ data }] = useQuery({ query: ReviewsDocument, variables: { slug: product.slug, first: PAGE, after: null, sortBy } });
  const total = data?.product?.reviews.totalCount ?? 0;
  return (
    <section aria-labelledby="reviews">
      <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
        <div>
          <h2 id="reviews" className="display text-2xl">
            Reviews
          </h2>
          <p className="mt-0.5 text-sm text-muted">{total === 0 ? 'Nobody has written anything yet.' : plural(total, 'review')}</p>
        </div>
        <div className="flex flex-wrap items-center gap-3">
          {total > 1 && (
            <Segmented
              label="Sort reviews by"
              value={sortBy}
              options={SORTS}
              onChange={(next) => {
                setSortBy(next);
                setAfter([null]);
              }}
            />
          )}
          {!account ? (
            <Link href={`/login?next=${encodeURIComponent(path)}`} className={buttonLook('quiet')}>
              <PenLine className="size-4" aria-hidden />
              Sign in to write
            </Link>
          ) : (
            !writing && (
              <Button onClick={() => setWriting(true)}>
                <PenLine className="size-4" aria-hidden />
                Write a review
              </Button>
            )
          )}
        </div>
      </div>
      <div role="status">
        {sent && (
          <p className="mb-5 rounded-xl bg-accent-soft px-4 py-3 text-sm">
            Thank you. Your review shows up here once somebody of the shop has read it.
          </p>
        )}
      </div>
      {writing && (
        <ReviewForm
          product={product}
          onDone={(written) => {
            setWriting(false);
            if (written) setSent(true);
          }}
        />
      )}
      {after.map((cursor, index) => (
        <ReviewsPage
          key={`${sortBy} ${cursor}`}
          slug={product.slug}
          sortBy={sortBy}
          after={cursor}
          last={index === after.length - 1}
          onMore={(next) => setAfter([...after, next])}
        />
      ))}
    </section>
  );
}

function ReviewsPage({
  slug,
  sortBy,
  after,
  last,
  onMore,
}: {
  slug: string;
  sortBy: ReviewSort;
  after: string | null;
  last: boolean;
  onMore: (cursor: string) => void;
}) {
  const [{ data, fetching }] = useQuery({ query: ReviewsDocument, variables: { slug, first: PAGE, after, sortBy } });
  const reviews = data?.product?.reviews;
  if (!reviews) return fetching ? <div className="h-24 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" /> : null;
  return (
    <>
      <ul className="divide-y divide-line">
        {reviews.nodes.map((review) => (
          <ReviewItem key={review.id} review={review} />
        ))}
      </ul>
      {last && reviews.pageInfo.hasNextPage && reviews.pageInfo.endCursor && (
        <Button busy={fetching} onClick={() => reviews.pageInfo.endCursor && onMore(reviews.pageInfo.endCursor)}>
          More reviews
        </Button>
      )}
    </>
  );
}

export function Stars({ rating }: { rating: number }) {
  return (
    <span className="inline-flex" role="img" aria-label={rating === 1 ? '1 of 5 stars' : `${rating} of 5 stars`}>
      {[1, 2, 3, 4, 5].map((place) => (
        <Star key={place} className={`size-4 ${place <= rating ? 'fill-star text-star' : 'text-line'}`} aria-hidden />
      ))}
    </span>
  );
}

function ReviewItem({ review }: { review: ReviewPartsFragment }) {
  return (
    <li className="max-w-prose space-y-1.5 py-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Stars rating={review.rating} />
        {review.title && <h3 className="font-semibold">{review.title}</h3>}
      </div>
      {review.body && <p className="whitespace-pre-line text-[0.95rem] leading-relaxed">{review.body}</p>}
      <p className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
        <span>
          {review.author?.displayName ?? 'Somebody who has left'}, {formatDay(review.createdAt)}
        </span>
        {review.verifiedPurchase && (
          <span className="inline-flex items-center gap-1 font-medium text-accent">
            <BadgeCheck className="size-4" aria-hidden />
            Bought here
          </span>
        )}
      </p>
    </li>
  );
}

function ReviewForm({ product, onDone }: { product: { id: string; name: string }; onDone: (written: boolean) => void }) {
  const bodyId = useId();
  const [{ fetching }, submit] = useMutation(SubmitReviewDocument);
  const { errors, settle } = useFormErrors(['rating', 'title', 'body']);
  const [rating, setRating] = useState(0);
  const [forgotten, setForgotten] = useState(false);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setForgotten(rating === 0);
    if (rating === 0) return;
    const form = new FormData(event.currentTarget);
    const value = (name: string) => String(form.get(name)).trim() || null;
    const answer = await submit({ productId: product.id, rating, title: value('title'), body: value('body') });
    if (settle(answer, answer.data?.reviewSubmit.userErrors)) onDone(true);
  };
  const ratingError = forgotten ? 'How many stars?' : errors.fields.rating;
  return (
    <form className="mb-6 max-w-xl space-y-5 rounded-2xl border border-line bg-surface p-5" onSubmit={(event) => void send(event)}>
      <Alert messages={errors.general} />
      <fieldset>
        <legend className="text-sm font-semibold">How is {product.name}?</legend>
        <div className="mt-2 flex">
          {[1, 2, 3, 4, 5].map((stars) => (
            <label key={stars} className="cursor-pointer rounded-lg p-1 has-focus-visible:outline-2 has-focus-visible:outline-accent">
              <input
                type="radio"
                name="rating"
                value={stars}
                className="sr-only"
                checked={rating === stars}
                onChange={() => {
                  setRating(stars);
                  setForgotten(false);
                }}
              />
              <span className="sr-only">{stars === 1 ? '1 star' : `${stars} stars`}</span>
              <Star className={`size-7 ${stars <= rating ? 'fill-star text-star' : 'text-muted'}`} aria-hidden />
            </label>
          ))}
        </div>
        {ratingError && (
          <p className="text-sm text-danger" role="alert">
            {ratingError}
          </p>
        )}
      </fieldset>
      <Field label="In a few words" name="title" maxLength={500} autoComplete="off" error={errors.fields.title} />
      <div className="space-y-1.5">
        <label htmlFor={bodyId} className="block text-sm font-semibold">
          What should others know?
        </label>
        <textarea
          id={bodyId}
          name="body"
          rows={4}
          maxLength={5_000}
          className={`${inputLook} py-2.5`}
          aria-invalid={errors.fields.body ? true : undefined}
        />
        {errors.fields.body && <p className="text-sm text-danger">{errors.fields.body}</p>}
      </div>
      <div className="flex gap-2">
        <Button kind="primary" type="submit" busy={fetching}>
          Send
        </Button>
        <Button kind="ghost" onClick={() => onDone(false)}>
          Leave it
        </Button>
      </div>
    </form>
  );
}
