import { type FormEvent, useState } from 'react';
import { useMutation } from 'urql';
import { describeFailure } from '../api/errors';
import { CancelOrderDocument, ConfirmReceiptDocument, type OrderPartsFragment } from '../gql/graphql';
import { Alert } from '../ui/alert';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { Popover } from '../ui/popover';
import { toast } from '../ui/toast';

/** What the buyer can do with an order as it stands. */
export function OrderActions({
  order,
  context,
}: {
  order: OrderPartsFragment;
  context: { fetchOptions: { headers: Record<string, string> } };
}) {
  const [{ fetching: confirming }, confirm] = useMutation(ConfirmReceiptDocument);
  const [{ fetching: cancelling }, cancel] = useMutation(CancelOrderDocument);
  const [trouble, setTrouble] = useState<readonly string[]>([]);
  const mayCancel = order.allowedTransitions.includes('CANCELLED');
  const mayConfirm = order.status === 'SHIPPED' && order.allowedTransitions.includes('COMPLETED');
  if (!mayCancel && !mayConfirm) return null;

  const onConfirm = async () => {
    const { data, error } = await confirm({ orderId: order.id }, context);
    const mistakes = data?.orderConfirmReceipt.userErrors.map((mistake) => mistake.message) ?? [describeFailure(error)];
    setTrouble(mistakes);
    if (mistakes.length === 0) toast('Enjoy it');
  };
  const onCancel = async (event: FormEvent<HTMLFormElement>, close: () => void) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get('reason')).trim() || null;
    const { data, error } = await cancel({ orderId: order.id, reason, expectedVersion: order.version }, context);
    const mistakes = data?.orderCancel.userErrors.map((mistake) => mistake.message) ?? [describeFailure(error)];
    setTrouble(mistakes);
    close();
    if (mistakes.length === 0) toast('The order is cancelled');
  };

  return (
    <div className="space-y-3 border-t border-line pt-5">
      <Alert messages={trouble} />
      {mayConfirm && (
        <Button kind="primary" className="w-full" busy={confirming} onClick={() => void onConfirm()}>
          I have everything
        </Button>
      )}
      {mayCancel && (
        <Popover
          label="Cancel this order"
          trigger={(props) => (
            <Button {...props} className="w-full">
              Cancel order
            </Button>
          )}
        >
          {(close) => (
            <form className="space-y-4" onSubmit={(event) => void onCancel(event, close)}>
              <p className="text-sm">
                {order.paidTotal.minorUnits > 0 ? 'Your money goes back the way it came.' : 'Nothing was paid, and nothing will be.'}
              </p>
              <Field label="Why? (if you like)" name="reason" maxLength={500} autoComplete="off" />
              <div className="flex flex-wrap gap-2">
                <Button kind="primary" type="submit" busy={cancelling}>
                  Cancel it
                </Button>
                <Button kind="ghost" onClick={close}>
                  Keep it
                </Button>
              </div>
            </form>
          )}
        </Popover>
      )}
    </div>
  );
}
