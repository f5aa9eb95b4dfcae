/** The names of strategies, reasons and fallbacks as a shopper reads them. */
import type { FallbackReason, InteractionType, ReasonKind, RecommendationStrategy } from '../gql/graphql';

/** By name, in the order they are offered; the type sees to it that none of the schema's is forgotten. */
const WORDS: Record<RecommendationStrategy, { label: string; hint: string }> = {
  ENSEMBLE: { label: 'Blend', hint: 'Several strategies, each with its say' },
  COLLABORATIVE: { label: 'Shoppers like you', hint: 'Learned from who chose what' },
  MATRIX_FACTORIZATION: { label: 'Hidden tastes', hint: 'Factors behind everyone’s choices' },
  TRUNCATED_SVD: { label: 'Hidden tastes, classic', hint: 'The same idea the older way, for comparison' },
  NEURAL: { label: 'Network', hint: 'A small network that read everyone’s histories' },
  CONTENT_BASED: { label: 'Similar things', hint: 'Words, brand, category and price' },
  SESSION: { label: 'This visit', hint: 'What you are looking at right now' },
  BOUGHT_TOGETHER: { label: 'Bought together', hint: 'What goes with what you chose' },
  BANDIT: { label: 'Curious', hint: 'Tries things to learn from them' },
  POPULAR: { label: 'Bestsellers', hint: 'What most people choose' },
  TRENDING: { label: 'Trending', hint: 'What is rising now' },
  NEWEST: { label: 'New in', hint: 'What came into the shop last' },
  BUY_IT_AGAIN: { label: 'Buy it again', hint: 'What you may be running out of' },
  AB_ASSIGNED: { label: 'Experiment', hint: 'Your arm of the running experiment' },
  OTHER: { label: 'A plug-in', hint: 'A strategy of this shop’s own' },
};

/** Those that can be asked for. */
export const STRATEGIES = (Object.keys(WORDS) as RecommendationStrategy[])
  .filter((value) => value !== 'OTHER')
  .map((value) => ({ value, ...WORDS[value] }));

export const strategyLabel = (strategy: RecommendationStrategy): string => WORDS[strategy].label;

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
  STRATEGY_ERROR: 'it broke down over this question',
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
  PINNED: 'Chosen for this place',
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
