/** The merchandising rules while they are being edited: what changed, what it would do, and whose fault a refusal is. */
import type { PayloadError } from '../api/errors';
import type {
  MerchandisingPartsFragment,
  MerchandisingRulesInput,
  RecommendationFilter,
  ShelfProductFragment,
} from '../gql/graphql';

export interface Boost {
  product: ShelfProductFragment;
  /** As typed; a number once it is sent. */
  by: string;
}

/** The rules as the form holds them. What is typed stays text until it is sent. */
export interface RulesDraft {
  diversity: number;
  sustainabilityBoost: number;
  /** Empty for no limit. */
  maxPerCategory: string;
  newProductSlots: string;
  pinned: readonly ShelfProductFragment[];
  boosted: readonly Boost[];
}

export const MAX_PINNED = 20;
export const MAX_BOOSTED = 100;
/** As many as a list can have: the limit that limits nothing. */
const NO_LIMIT = 100;

export function draftOf(rules: MerchandisingPartsFragment): RulesDraft {
  return {
    diversity: rules.diversity,
    sustainabilityBoost: rules.sustainabilityBoost,
    maxPerCategory: rules.maxPerCategory?.toString() ?? '',
    newProductSlots: String(rules.newProductSlots),
    pinned: rules.pinnedProducts,
    boosted: rules.boostedProducts.map(({ product, by }) => ({ product, by: String(by) })),
  };
}

const limit = (text: string): number | null => (text.trim() === '' ? null : Number(text));
const pins = (draft: RulesDraft): string[] => draft.pinned.map((product) => product.id);
const boosts = (draft: RulesDraft) => draft.boosted.map(({ product, by }) => ({ productId: product.id, by: Number(by) }));
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The part of the draft that is not what is saved; empty when nothing changed. */
export function changesOf(saved: RulesDraft, draft: RulesDraft): MerchandisingRulesInput {
  return {
    ...(draft.diversity === saved.diversity ? {} : { diversity: draft.diversity }),
    ...(draft.sustainabilityBoost === saved.sustainabilityBoost
      ? {}
      : { sustainabilityBoost: draft.sustainabilityBoost }),
    ...(limit(draft.maxPerCategory) === limit(saved.maxPerCategory)
      ? {}
      : { maxPerCategory: limit(draft.maxPerCategory) }),
    ...(Number(draft.newProductSlots) === Number(saved.newProductSlots)
      ? {}
      : { newProductSlots: Number(draft.newProductSlots) }),
    ...(same(pins(draft), pins(saved)) ? {} : { pinnedProductIds: pins(draft) }),
    ...(same(boosts(draft), boosts(saved)) ? {} : { boostedProducts: boosts(draft) }),
  };
}

const within = (value: number, least: number, most: number): boolean =>
  Number.isFinite(value) && value >= least && value <= most;

/** What a list has to be asked for to look as it would with the draft in force; `null` while that is no list at all. */
export function filterOf(saved: RulesDraft, draft: RulesDraft): RecommendationFilter | null {
  const changes = changesOf(saved, draft);
  const { boostedProducts, maxPerCategory, ...rest } = changes;
  const whole = [rest.newProductSlots, maxPerCategory].every((value) => value == null || Number.isInteger(value));
  const sound =
    whole &&
    within(rest.newProductSlots ?? 0, 0, NO_LIMIT) &&
    within(maxPerCategory ?? 1, 1, NO_LIMIT) &&
    (boostedProducts ?? []).every(({ by }) => within(by, 0, 10));
  if (!sound) return null;
  const kept = new Set(draft.boosted.map(({ product }) => product.id));
  // A request adds its boosts to the shop's own, so one that is taken away is asked for as nothing.
  const dropped = saved.boosted
    .filter(({ product }) => !kept.has(product.id))
    .map(({ product }) => ({ productId: product.id, by: 0 }));
  return {
    ...rest,
    ...(maxPerCategory === undefined ? {} : { maxPerCategory: maxPerCategory ?? NO_LIMIT }),
    ...(boostedProducts ? { boostedProducts: [...boostedProducts, ...dropped].slice(0, MAX_BOOSTED) } : {}),
  };
}

export function moved<Item>(list: readonly Item[], from: number, to: number): Item[] {
  const item = list[from];
  if (item === undefined || to < 0 || to >= list.length) return [...list];
  return list.toSpliced(from, 1).toSpliced(to, 0, item);
}

export const RULE_FIELDS = [
  'diversity',
  'sustainabilityBoost',
  'maxPerCategory',
  'newProductSlots',
  'pinnedProductIds',
  'boostedProducts',
] as const;
export type RuleField = (typeof RULE_FIELDS)[number];

export interface RuleErrors {
  fields: Partial<Record<RuleField, string>>;
  /** What is wrong with one product of a list, by its id: it may have been moved since. */
  pinned: Record<string, string>;
  boosted: Record<string, string>;
  general: string[];
}

export const NO_RULE_ERRORS: RuleErrors = { fields: {}, pinned: {}, boosted: {}, general: [] };

/** Sorts what the server refused to where it was entered. `sent` gives the places in its lists their products. */
export function ruleErrors(errors: readonly PayloadError[], sent: MerchandisingRulesInput): RuleErrors {
  const sorted: RuleErrors = { fields: {}, pinned: {}, boosted: {}, general: [] };
  for (const { path, message } of errors) {
    const at = path?.findIndex((part) => (RULE_FIELDS as readonly string[]).includes(part)) ?? -1;
    const field = path?.[at] as RuleField | undefined;
    const place = Number(path?.[at + 1] ?? Number.NaN);
    const pin = field === 'pinnedProductIds' ? sent.pinnedProductIds?.[place] : undefined;
    const boost = field === 'boostedProducts' ? sent.boostedProducts?.[place]?.productId : undefined;
    if (pin) sorted.pinned[pin] ??= message;
    else if (boost) sorted.boosted[boost] ??= message;
    else if (field) sorted.fields[field] ??= message;
    else sorted.general.push(message);
  }
  return sorted;
}

const FIELD_OF: Partial<Record<keyof RulesDraft, RuleField>> = { pinned: 'pinnedProductIds', boosted: 'boostedProducts' };

/** What was wrong with a field is no longer so once it is another value. */
export function withoutErrorsOf(errors: RuleErrors, changed: Partial<RulesDraft>): RuleErrors {
  const gone = new Set<string>((Object.keys(changed) as (keyof RulesDraft)[]).map((key) => FIELD_OF[key] ?? key));
  const fields = Object.fromEntries(Object.entries(errors.fields).filter(([field]) => !gone.has(field)));
  return {
    general: [],
    fields,
    pinned: changed.pinned ? {} : errors.pinned,
    boosted: changed.boosted ? {} : errors.boosted,
  };
}

const steps = (words: readonly string[]) => (share: number): string =>
  words[Math.min(Math.floor(share * words.length), words.length - 1)] ?? '';

/** How varied lists are, in words. */
export const varietyWords = steps([
  'Only what fits best',
  'What fits best, slightly mixed',
  'Balanced',
  'Plenty of variety',
  'As varied as can be',
]);

export function greenWords(share: number): string {
  if (share === 0) return 'Makes no difference';
  if (share <= 0.25) return 'A nudge for greener goods';
  if (share <= 0.6) return 'Greener goods rank higher';
  return 'Greener goods come first';
}

/** What a factor does to a score. */
export function boostWords(by: string): string | null {
  const factor = Number(by);
  return by.trim() === '' || !Number.isFinite(factor) ? null : `${factor < 0 ? '−' : '+'}${Math.abs(Math.round(factor * 100))}%`;
}
