import { House } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { describeFailure, errorsBelow, type PayloadError } from '../api/errors';
import { ADDRESS_FIELDS, AddressFields, AddressText, asInput, missingIn, readAddress } from '../checkout/address';
import {
  type AddressPartsFragment,
  DeleteAddressDocument,
  MyAddressesDocument,
  SaveAddressDocument,
} from '../gql/graphql';
import { Badge } from '../orders/badge';
import { Alert } from '../ui/alert';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { toast } from '../ui/toast';

/** Where things may go: saved once, chosen at checkout. */
export function Addresses() {
  const [{ data, fetching, error }, again] = useQuery({ query: MyAddressesDocument });
  const [editing, setEditing] = useState<string | null>(null);
  const addresses = data?.me?.addresses;
  if (!addresses) {
    if (fetching) return <div className="h-64 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
    return (
      <Notice title="Your addresses did not load" onRetry={() => again({ requestPolicy: 'network-only' })}>
        {describeFailure(error)}
      </Notice>
    );
  }
  const done = () => setEditing(null);
  return (
    <div className="space-y-6">
      {addresses.length === 0 && editing === null && (
        <Notice title="No address saved" icon={<House className="size-8" aria-hidden />}>
          Saved addresses are one click away at checkout.
        </Notice>
      )}
      <ul className="grid gap-4 sm:grid-cols-2">
        {addresses.map((address) =>
          editing === address.id ? (
            <li key={address.id} className="rounded-2xl border border-accent p-5 sm:col-span-2">
              <AddressForm address={address} onDone={done} />
            </li>
          ) : (
            <AddressCard key={address.id} address={address} onEdit={() => setEditing(address.id)} />
          ),
        )}
      </ul>
      {editing === 'new' ? (
        <div className="rounded-2xl border border-accent p-5">
          <AddressForm address={null} onDone={done} />
        </div>
      ) : (
        <Button onClick={() => setEditing('new')}>Add an address</Button>
      )}
    </div>
  );
}

function AddressCard({ address, onEdit }: { address: AddressPartsFragment; onEdit: () => void }) {
  const [{ fetching: removing }, remove] = useMutation(DeleteAddressDocument);
  const [{ fetching: saving }, save] = useMutation(SaveAddressDocument);
  const onRemove = async () => {
    const { data, error } = await remove({ id: address.id });
    toast(data ? (data.addressDelete.userErrors[0]?.message ?? 'Removed') : describeFailure(error));
  };
  const onDefault = async () => {
    const { data, error } = await save({ id: address.id, input: { ...asInput(address), isDefault: true } });
    const trouble = data ? data.addressSave.userErrors[0]?.message : describeFailure(error);
    if (trouble) toast(trouble);
  };
  return (
    <li className="flex flex-col rounded-2xl border border-line p-5">
      <div className="flex items-start justify-between gap-3">
        <AddressText address={address} />
        {address.isDefault && <Badge tone="good" label="Default" />}
      </div>
      <div className="-mx-4 mt-auto flex flex-wrap pt-3">
        <Button kind="ghost" onClick={onEdit} aria-label={`Change the address of ${address.name}, ${address.line1}`}>
          Change
        </Button>
        <Button
          kind="ghost"
          busy={removing}
          onClick={() => void onRemove()}
          aria-label={`Remove the address of ${address.name}, ${address.line1}`}
        >
          Remove
        </Button>
        {!address.isDefault && (
          <Button kind="ghost" busy={saving} onClick={() => void onDefault()}>
            Make default
          </Button>
        )}
      </div>
    </li>
  );
}

function AddressForm({ address, onDone }: { address: AddressPartsFragment | null; onDone: () => void }) {
  const [{ fetching }, save] = useMutation(SaveAddressDocument);
  const [errors, setErrors] = useState<Partial<Record<string, string>>>({});
  const [general, setGeneral] = useState<readonly string[]>([]);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input = readAddress(new FormData(event.currentTarget), 'input');
    const missing = missingIn(input);
    setErrors(missing);
    if (Object.keys(missing).length > 0) return;
    const { data, error } = await save({ id: address?.id, input: { ...input, isDefault: address?.isDefault ?? null } });
    if (!data) return setGeneral([describeFailure(error)]);
    const mistakes: readonly PayloadError[] = data.addressSave.userErrors;
    const placed = errorsBelow(mistakes, 'input');
    setErrors(placed);
    const known: readonly string[] = ADDRESS_FIELDS;
    setGeneral(mistakes.filter(({ path }) => !path?.some((part) => known.includes(part))).map(({ message }) => message));
    if (mistakes.length > 0) return;
    toast('Saved');
    onDone();
  };
  return (
    <form noValidate className="space-y-5" onSubmit={(event) => void submit(event)}>
      <Alert messages={general} />
      <AddressFields prefix="input" section="shipping" initial={address} errors={errors} />
      <div className="flex gap-2">
        <Button kind="primary" type="submit" busy={fetching}>
          Save
        </Button>
        <Button kind="ghost" onClick={onDone}>
          Leave it
        </Button>
      </div>
    </form>
  );
}
