import { LoaderCircle, SearchX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useMutation } from 'urql';
import { Link, useLocation } from 'wouter';
import { describeFailure } from '../api/errors';
import { paid, paying } from '../checkout/next-step';
import { VerifyPaymentDocument } from '../gql/graphql';
import { orderHeaders } from '../orders/guest-access';
import { useTitle } from '../shell/title';
import { buttonLook } from '../ui/button';
import { Notice } from '../ui/notice';
import { toast } from '../ui/toast';

/** Back from a gateway's page: asks what became of the payment, and goes on to the order. */
export function CheckoutReturnPage() {
  useTitle('Back from paying');
  const [, navigate] = useLocation();
  const [, verify] = useMutation(VerifyPaymentDocument);
  const [expected] = useState(paying);
  const [failure, setFailure] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    if (!expected) return;
    let current = true;
    const { paymentId, orderNumber } = expected;
    void verify({ paymentId }, { fetchOptions: { headers: orderHeaders(orderNumber) } }).then(({ data, error }) => {
      if (!current) return;
      if (!data) return setFailure(describeFailure(error));
      paid();
      const status = data.paymentVerify.payment?.status;
      if (status === 'PAID') toast('Paid');
      else if (status === 'FAILED') toast('The payment was declined');
      navigate(`/orders/${orderNumber}`, { replace: true });
    });
    return () => {
      current = false;
    };
  }, [expected, verify, navigate, attempt]);

  return (
    <div className="shell py-16">
      {!expected ? (
        <Notice title="No payment is under way here" icon={<SearchX className="size-8" aria-hidden />}>
          <Link href="/orders" className={buttonLook('primary', 'mt-2')}>
            Find your order
          </Link>
        </Notice>
      ) : failure ? (
        <Notice
          title="We could not ask about your payment"
          onRetry={() => {
            setFailure(null);
            setAttempt((count) => count + 1);
          }}
        >
          {failure}
        </Notice>
      ) : (
        <p className="flex items-center justify-center gap-3 text-lg" role="status">
          <LoaderCircle className="size-5 animate-spin" aria-hidden />
          Asking what became of your payment…
        </p>
      )}
    </div>
  );
}
