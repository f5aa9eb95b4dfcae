/** The tabs GraphiQL opens with. `userId` and `productId` are filled in for whoever is acting. */
export interface Example {
  query: string;
  variables?: Record<string, unknown>;
}

export const EXAMPLES: readonly Example[] = [
  {
    query: `# The catalogue: filters, sorting and a cursor for the next page.
query Browse($first: Int = 12, $after: String) {
  products(
    first: $first
    after: $after
    filter: { inStock: true, minSustainabilityScore: 40 }
    sortBy: [{ field: BEST_SELLING, direction: DESC }]
  ) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id
      name
      brand { name }
      category { name ancestors { name } }
      price { amount currency }
      availableQuantity
      sustainability { grade score carbonFootprintKg }
    }
  }
}
`,
    variables: { first: 12, after: null },
  },
  {
    query: `# Signing in by hand. The buttons at the top do this for you.
mutation Login($email: String!, $password: String!) {
  login(input: { email: $email, password: $password }) {
    session { accessToken expiresAt refreshToken }
    user { id displayName role permissions }
    userErrors { code message path }
  }
}
`,
    variables: { email: '', password: '' },
  },
  {
    query: `# What to show this shopper, and why: exact shares of the score,
# each strategy's say, and what filled in where data ran out.
query Recommendations(
  $userId: ID!
  $strategy: RecommendationStrategy
  $diversity: Float = 0.2
  $sustainabilityBoost: Float = 0
) {
  recommendations(
    userId: $userId
    count: 10
    strategy: $strategy
    filter: { diversity: $diversity, sustainabilityBoost: $sustainabilityBoost }
  ) {
    id
    requestedStrategy
    servedStrategy
    fallback
    experiment { experimentKey variantKey }
    modelVersion
    cached
    tookMs
    items {
      rank
      score
      source
      product { id name price { amount currency } sustainability { grade } }
      reason {
        kind
        text
        because { share interaction product { name } }
        contributions { strategyId weight score }
      }
    }
  }
}
`,
    variables: { userId: '', strategy: 'ENSEMBLE', diversity: 0.2, sustainabilityBoost: 0 },
  },
  {
    query: `# Tell the shop what happened. Keep the next tab running and watch the list move.
mutation RecordInteraction($productId: ID!, $type: InteractionType!) {
  recordInteraction(input: { productId: $productId, type: $type }) {
    accepted
    duplicates
    userErrors { code message path }
  }
}
`,
    variables: { productId: '', type: 'LIKE' },
  },
  {
    query: `# Live: the first list at once, then a new one whenever something changes it.
subscription LiveRecommendations($userId: ID!) {
  recommendationUpdates(userId: $userId, count: 8) {
    sequence
    trigger
    addedProductIds
    removedProductIds
    result {
      servedStrategy
      tookMs
      items { rank score product { name } reason { text } }
    }
  }
}
`,
    variables: { userId: '' },
  },
  {
    query: `# For administrators: the strategies, their settings and their last training.
query Strategies {
  strategies {
    id
    strategy
    name
    description
    enabled
    ready
    modelVersion
    trainedAt
    config
    trainingRuns(first: 3) {
      status
      startedAt
      finishedAt
      interactions
      users
      products
      error
    }
  }
}
`,
  },
];

/** Puts the ids of whoever is acting into variables that ask for them; everything else stays as it was typed. */
export function fillVariables(text: string | null | undefined, ids: Record<string, string | null>): string | null {
  if (!text?.trim()) return text ?? null;
  try {
    const variables: unknown = JSON.parse(text);
    if (typeof variables !== 'object' || variables === null || Array.isArray(variables)) return text;
    const filled = { ...(variables as Record<string, unknown>) };
    for (const [name, id] of Object.entries(ids)) if (id !== null && name in filled) filled[name] = id;
    return JSON.stringify(filled, null, 2);
  } catch {
    // Half-typed variables are the author's to finish.
    return text;
  }
}

/** Sets or takes away the Authorization header in the text of the headers editor. */
export function fillHeaders(text: string | null | undefined, token: string | null): string {
  let headers: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text?.trim() || '{}');
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      headers = parsed as Record<string, unknown>;
    }
  } catch {
    return text ?? '';
  }
  const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
  const next = token ? { Authorization: `Bearer ${token}`, ...rest } : rest;
  return Object.keys(next).length === 0 ? '' : JSON.stringify(next, null, 2);
}
