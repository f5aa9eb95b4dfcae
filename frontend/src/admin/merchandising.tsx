import { type FormEvent, type ReactNode, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { describeFailure } from '../api/errors';
import {
  type MerchandisingPartsFragment,
  MerchandisingRulesDocument,
  UpdateMerchandisingRulesDocument,
} from '../gql/graphql';
import { formatTime } from '../orders/words';
import { Alert } from '../ui/alert';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { Notice } from '../ui/notice';
import { Slider } from '../ui/slider';
import { toast } from '../ui/toast';
import { useUnsavedWarning } from '../ui/unsaved';
import { BoostedProducts, PinnedProducts } from './rule-products';
import {
  changesOf,
  draftOf,
  filterOf,
  greenWords,
  NO_RULE_ERRORS,
  type RuleErrors,
  ruleErrors,
  type RulesDraft,
  varietyWords,
  withoutErrorsOf,
} from './rules';
import { ShelfPreview } from './shelf-preview';

/** What shapes every list of the shop, beside a list it shapes. */
export function Merchandising() {
  const [{ data, fetching, error }, again] = useQuery({
    query: MerchandisingRulesDocument,
    requestPolicy: 'cache-and-network',
  });
  const [answered, setAnswered] = useState<MerchandisingPartsFragment | null>(null);
  const rules = newest(answered, data?.merchandisingRules);
  if (!rules) {
    if (fetching) return <div className="h-96 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
    return (
      <Notice title="The rules did not load" onRetry={() => again({ requestPolicy: 'network-only' })}>
        {describeFailure(error)}
      </Notice>
    );
  }
  return <Rules rules={rules} onSaved={setAnswered} />;
}

type Parts = MerchandisingPartsFragment;

/** What a saving answered with is newer than what the page was opened with. */
function newest(answered: Parts | null, loaded: Parts | undefined): Parts | null {
  if (!answered || !loaded) return answered ?? loaded ?? null;
  return Date.parse(loaded.updatedAt ?? '') >= Date.parse(answered.updatedAt ?? '') ? loaded : answered;
}

function Rules({ rules, onSaved }: { rules: Parts; onSaved: (rules: Parts) => void }) {
  const [{ fetching }, update] = useMutation(UpdateMerchandisingRulesDocument);
  const [edited, setEdited] = useState<RulesDraft | null>(null);
  const [errors, setErrors] = useState<RuleErrors>(NO_RULE_ERRORS);
  const saved = draftOf(rules);
  const draft = edited ?? saved;
  const changes = changesOf(saved, draft);
  const changed = Object.keys(changes).length > 0;
  const change = (part: Partial<RulesDraft>) => {
    setEdited({ ...draft, ...part });
    setErrors((before) => withoutErrorsOf(before, part));
  };
  useUnsavedWarning(changed, 'Leave without saving the changed rules?');

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!changed) return;
    const { data, error } = await update({ input: changes });
    const answer = data?.merchandisingRulesUpdate;
    if (!answer) {
      setErrors({ ...NO_RULE_ERRORS, general: [describeFailure(error)] });
      return;
    }
    setErrors(ruleErrors(answer.userErrors, changes));
    if (!answer.merchandisingRules) return;
    onSaved(answer.merchandisingRules);
    // Unless something was changed while the answer was on its way.
    setEdited((now) => (now === edited ? null : now));
    toast('Saved. Lists that are being watched follow at once.');
  };
  const discard = () => {
    setEdited(null);
    setErrors(NO_RULE_ERRORS);
  };

  return (
    <div className="grid gap-10 lg:grid-cols-[minmax(0,1fr)_22rem] xl:grid-cols-[minmax(0,1fr)_26rem]">
      <form className="min-w-0 space-y-8" onSubmit={(event) => void save(event)} aria-label="Merchandising rules">
        <Group title="The mix">
          <Slider
            label="Variety"
            low="Closest only"
            high="All sorts"
            value={draft.diversity}
            words={varietyWords(draft.diversity)}
            error={errors.fields.diversity}
            onChange={(diversity) => change({ diversity })}
          />
          <Slider
            label="Sustainability"
            low="As it comes"
            high="Greener first"
            value={draft.sustainabilityBoost}
            words={greenWords(draft.sustainabilityBoost)}
            error={errors.fields.sustainabilityBoost}
            onChange={(sustainabilityBoost) => change({ sustainabilityBoost })}
          />
          <Field
            label="Of one category at most"
            hint="Products on a list. Empty for no limit."
            placeholder="No limit"
            type="number"
            inputMode="numeric"
            step={1}
            value={draft.maxPerCategory}
            error={errors.fields.maxPerCategory}
            onChange={(event) => change({ maxPerCategory: event.target.value })}
          />
          <Field
            label="Places for new products"
            hint="Kept at the end of each shopper’s list."
            type="number"
            inputMode="numeric"
            step={1}
            required
            value={draft.newProductSlots}
            error={errors.fields.newProductSlots}
            onChange={(event) => change({ newProductSlots: event.target.value })}
          />
        </Group>
        <PinnedProducts products={draft.pinned} errors={errors} onChange={(pinned) => change({ pinned })} />
        <BoostedProducts boosts={draft.boosted} errors={errors} onChange={(boosted) => change({ boosted })} />
        <div className={`space-y-3 bg-canvas ${changed ? 'sticky bottom-0 z-20' : ''}`}>
          <Alert messages={errors.general} />
          <div
            className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line py-4"
          >
            <p role="status" className={`mr-auto text-sm ${changed ? 'font-semibold text-ink' : 'text-muted'}`}>
              {changed
                ? 'Not saved yet'
                : rules.updatedAt
                  ? `Saved, last changed ${formatTime(rules.updatedAt)}`
                  : 'As the shop came, nothing changed so far'}
            </p>
            {changed && (
              <Button kind="ghost" onClick={discard} disabled={fetching}>
                Discard
              </Button>
            )}
            <Button kind="primary" type="submit" busy={fetching} disabled={!changed}>
              Save
            </Button>
          </div>
        </div>
      </form>
      <ShelfPreview filter={changed ? filterOf(saved, draft) : null} changed={changed} />
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend className="display mb-4 text-xl">{title}</legend>
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">{children}</div>
    </fieldset>
  );
}
