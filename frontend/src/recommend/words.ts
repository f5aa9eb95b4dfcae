/** The names of strategies, reasons and fallbacks as a shopper reads them. */
import type { FallbackReason, InteractionType, ReasonKind, RecommendationStrategy } from '../gql/graphql';

export const STRATEGIES: readonly { value: RecommendationStrategy; label: string; hint: string }[] = [
  { value: 'ENSEMBLE', label: 'Blend', hint: 'Several strategies, each with its say' },
  { value: 'COLLABORATIVE', label: 'Shoppers like you', hint: 'Learned from who chose what' },
  { value: 'MATRIX_FACTORIZATION', label: 'Hidden tastes', hint: 'Factors behind everyone’s choices' },
  { value: 'CONTENT_BASED', label: 'Similar things', hint: 'Words, brand, category and price' },
  { value: 'SESSION', label: 'This visit', hint: 'What you are looking at right now' },
  { value: 'BANDIT', label: 'Curious', hint: 'Tries things to learn from them' },
  { value: 'POPULAR', label: 'Bestsellers', hint: 'What most people choose' },
  { value: 'TRENDING', label: 'Trending', hint: 'What is rising now' },
  { value: 'BUY_IT_AGAIN', label: 'Buy it again', hint: 'What you may be running out of' },
  { value: 'AB_ASSIGNED', label: 'Experiment', hint: 'Your arm of the running experiment' },
];

export const strategyLabel = (strategy: RecommendationStrategy): string =>
  STRATEGIES.find((entry) => entry.value === strategy)?.label ?? strategy;

/** A strategy id as the server names it, made readable. */
export function sourceLabel(id: string): string {
  const name = id.toUpperCase().replaceAll('-', '_') as RecommendationStrategy;
  const known = STRATEGIES.find((entry) => entry.value === name);
  return known?.label ?? id.replaceAll(/[-_]/g, ' ').replace(/^./, (letter) => letter.toUpperCase());
}

export const FALLBACK: Record<Exclude<FallbackReason, 'NONE'>, string> = {
  COLD_START_USER: 'nothing known about you yet',
  TOO_FEW_RESULTS: 'too few results of its own',
  STRATEGY_NOT_TRAINED: 'not trained yet',
  STRATEGY_UNSUPPORTED: 'it does not answer this kind of question',
};

export const REASON: Record<ReasonKind, string> = {
  SIMILAR_USERS: 'Shoppers like you',
  SIMILAR_ITEMS: 'Similar to your picks',
  BOUGHT_TOGETHER: 'Bought together',
  SAME_CATEGORY: 'Same category',
  TRENDING: 'Trending',
  POPULAR: 'Popular',
  NEW_ARRIVAL: 'New here',
  RECENTLY_VIEWED: 'Recently viewed',
  SEMANTIC_MATCH: 'Similar meaning',
  SUSTAINABLE_CHOICE: 'Sustainable choice',
};

export const DEED: Record<InteractionType, string> = {
  VIEW: 'viewed',
  LIKE: 'liked',
  CART: 'in your basket',
  PURCHASE: 'bought',
  UNLIKE: 'no longer liked',
  DISMISS: 'passed on',
  IMPRESSION: 'shown',
  CLICK: 'opened',
};

export const percent = (share: number): string =>
  share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`;
