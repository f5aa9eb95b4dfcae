import { BadgeCheck, MessageSquareHeart } from 'lucide-react';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Link } from 'wouter';
import { describeFailure } from '../api/errors';
import { Stars } from '../catalogue/reviews';
import { ModerateReviewDocument, ReviewQueueDocument, type ReviewStatus } from '../gql/graphql';
import { formatTime } from '../orders/words';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { Segmented } from '../ui/segmented';
import { toast } from '../ui/toast';

const STATES: readonly { value: ReviewStatus; label: string }[] = [
  { value: 'PENDING', label: 'Waiting' },
  { value: 'PUBLISHED', label: 'Published' },
  { value: 'REJECTED', label: 'Rejected' },
];

/** Reviews, those that wait longest first. */
export function ReviewQueue() {
  const [status, setStatus] = useState<ReviewStatus>('PENDING');
  const [{ data, fetching, error }, again] = useQuery({
    query: ReviewQueueDocument,
    variables: { status, first: 50 },
    requestPolicy: 'cache-and-network',
  });
  const [{ fetching: moderating }, moderate] = useMutation(ModerateReviewDocument);
  const refresh = () => again({ requestPolicy: 'network-only' });
  const reviews = data?.reviewQueue.nodes;
  const decide = async (reviewId: string, next: ReviewStatus) => {
    const { data: answer, error: failure } = await moderate({ reviewId, status: next });
    const trouble = answer ? answer.reviewModerate.userErrors[0]?.message : describeFailure(failure);
    toast(trouble ?? (next === 'PUBLISHED' ? 'Published' : 'Rejected'));
    refresh();
  };
  return (
    <div className="max-w-3xl space-y-6">
      <Segmented label="Reviews that are" value={status} options={STATES} onChange={setStatus} />
      {!reviews && error && (
        <Notice title="The reviews did not load" onRetry={refresh}>
          {describeFailure(error)}
        </Notice>
      )}
      {!reviews && fetching && <div className="h-64 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />}
      {reviews?.length === 0 && (
        <Notice title={status === 'PENDING' ? 'Nothing waits' : 'None'} icon={<MessageSquareHeart className="size-8" aria-hidden />} />
      )}
      <ul className="divide-y divide-line">
        {reviews?.map((review) => (
          <li key={review.id} className="space-y-2 py-5">
            <p className="flex flex-wrap items-center gap-3 text-sm">
              <Stars rating={review.rating} />
              <Link href={`/p/${review.product.slug}`} className="font-semibold text-accent hover:underline">
                {review.product.name}
              </Link>
              {review.verifiedPurchase && (
                <span className="inline-flex items-center gap-1 text-accent">
                  <BadgeCheck className="size-4" aria-hidden />
                  Bought here
                </span>
              )}
            </p>
            {review.title && <h2 className="font-semibold">{review.title}</h2>}
            {review.body && <p className="whitespace-pre-line text-sm">{review.body}</p>}
            <p className="text-sm text-muted">
              {review.author?.displayName ?? 'Somebody who has left'}, {formatTime(review.createdAt)}
            </p>
            <div className="flex gap-2">
              {status !== 'PUBLISHED' && (
                <Button kind="primary" disabled={moderating} onClick={() => void decide(review.id, 'PUBLISHED')}>
                  Publish
                </Button>
              )}
              {status !== 'REJECTED' && (
                <Button disabled={moderating} onClick={() => void decide(review.id, 'REJECTED')}>
                  Reject
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
