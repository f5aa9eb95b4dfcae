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
    query: `# Without anyone in mind: what is like a product, what goes with it, and what rises in the whole shop.
query Discover($productId: ID!) {
  similarProducts(productId: $productId, count: 5) {
    servedStrategy
    items { rank score product { name price { amount currency } } reason { text } }
  }
  frequentlyBoughtTogether(productIds: [$productId], count: 3) {
    items { rank product { name } reason { text } }
  }
  trending(window: WEEK, count: 5) {
    items { rank product { name } reason { text } }
  }
}
`,
    variables: { productId: '' },
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
    query: `# Buying, step 1: something goes into the cart. Each step fills in the variables of the next.
mutation AddToCart($variantId: ID!) {
  cartLinesAdd(lines: [{ variantId: $variantId, quantity: 1 }]) {
    cart {
      id
      version
      lines { quantity unitPrice { amount } total { amount } variant { product { name } } }
      cost { subtotal { amount } tax { amount } total { amount currency } }
      problems { code message path }
      carbonFootprintKg
    }
    # A guest's key to the cart. This page sends it along by itself as long as it acts as a visitor.
    cartToken
    warnings { code message }
    userErrors { code message path }
  }
}
`,
    variables: { variantId: '' },
  },
  {
    query: `# Buying, step 2: where it goes, and how.
mutation SayWhereItGoes($contactEmail: String, $shippingAddress: AddressInput!, $shippingOptionId: ID) {
  cartDeliveryUpdate(email: $contactEmail, shippingAddress: $shippingAddress, shippingOptionId: $shippingOptionId) {
    cart {
      id
      email
      shippingOptions { id name carrier price { amount } minDays maxDays }
      shippingOption { name }
      cost { shipping { amount } taxLines { name rate amount { amount } } total { amount currency } }
      problems { code message path }
    }
    userErrors { code message path }
  }
}
`,
    variables: {
      contactEmail: 'ada@example.com',
      shippingAddress: {
        name: 'Ada Lovelace',
        line1: 'Main Street 1',
        postalCode: '10115',
        city: 'Berlin',
        country: 'DE',
      },
      shippingOptionId: 'standard',
    },
  },
  {
    query: `# Buying, step 3: the cart becomes an order. Send it twice: the second answer says replayed, and there is one order.
mutation CheckOut($cartId: ID!, $expectedTotal: MoneyInput!, $idempotencyKey: String!) {
  checkoutComplete(
    input: { cartId: $cartId, expectedTotal: $expectedTotal, gateway: "sandbox", idempotencyKey: $idempotencyKey }
  ) {
    replayed
    order {
      id
      number
      status
      allowedTransitions
      expiresAt
      cost { total { amount currency } }
      payments { status nextAction { ... on PaymentRedirect { url } } }
    }
    userErrors {
      code
      message
      path
      ... on PriceChangedError { expected { amount } actual { amount } }
      ... on InsufficientStockError { requested available }
    }
  }
}
`,
    variables: { cartId: '', expectedTotal: { amount: '0.00', currency: 'EUR' }, idempotencyKey: '' },
  },
  {
    query: `# Buying, step 4: pay with a card of the sandbox. Others: card_declined, card_insufficient_funds,
# card_redirect, card_timeout. One payment for each key.
mutation Pay($orderId: ID!, $paymentMethod: String!, $idempotencyKey: String!) {
  paymentInitialize(
    input: { orderId: $orderId, gateway: "sandbox", paymentMethod: $paymentMethod, idempotencyKey: $idempotencyKey }
  ) {
    payment { id status capturedAmount { amount currency } }
    order { id number status paymentStatus }
    userErrors { code message path }
  }
}
`,
    variables: { orderId: '', paymentMethod: 'card_succeeds', idempotencyKey: '' },
  },
  {
    query: `# The order, with everything that happened to it.
query FollowOrder($orderId: ID!) {
  order(id: $orderId) {
    number
    status
    allowedTransitions
    paidTotal { amount currency }
    lines { productName sku quantity unitPrice { amount } tax { amount } total { amount } }
    payments { gateway { name } status amount { amount } }
    events { kind from to message createdAt }
  }
}
`,
    variables: { orderId: '' },
  },
  {
    query: `# Live, for whoever is signed in: every step their orders take from now on. Keep it running and buy something.
subscription OrderUpdates($sinceEventId: ID) {
  orderStatusChanged(sinceEventId: $sinceEventId) {
    eventId
    from
    to
    at
    order { number paymentStatus cost { total { amount currency } } }
  }
}
`,
    variables: { sinceEventId: null },
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
  {
    query: `# For administrators: what became of the lists of each strategy, and what the
# experiments found, in the last 30 days or the range you name.
query Measured($range: DateTimeRange = {}) {
  dashboard(range: $range) {
    orders
    revenue { amount currency }
    activeUsers
    conversionRate
    recommendationRevenueShare
    topProducts(first: 5) { name }
    cache { hitRate entries }
    strategies {
      strategyId
      requests
      impressions
      clicks
      clickThroughRate
      cartAdds
      purchases
      conversionRate
      revenue { amount }
      catalogCoverage
      cacheHitRate
      fallbackRate
      p50Ms
      p99Ms
      series(bucket: DAY) { at impressions clicks purchases }
    }
  }
  experiments(first: 5) {
    nodes {
      name
      status
      results(goal: CLICK_THROUGH_RATE) {
        sampleRatioPValue
        variants { variantKey users liftPercent confidenceLow confidenceHigh pValue }
      }
    }
  }
}
`,
    variables: { range: {} },
  },
  {
    query: `# For administrators: the figures as they change. Click something in the shop.
subscription MeasuredLive($strategyIds: [ID!]) {
  strategyMetricsChanged(strategyIds: $strategyIds) {
    strategyId
    requests
    impressions
    clicks
    clickThroughRate
    cartAdds
    purchases
    revenue { amount currency }
  }
}
`,
    variables: { strategyIds: null },
  },
];

/** Puts the ids of whoever is acting into variables that ask for them; everything else stays as it was typed. */
export function fillVariables(text: string | null | undefined, ids: object): string | null {
  if (!text?.trim()) return text ?? null;
  try {
    const variables: unknown = JSON.parse(text);
    if (typeof variables !== 'object' || variables === null || Array.isArray(variables)) return text;
    const filled = { ...(variables as Record<string, unknown>) };
    for (const [name, id] of Object.entries(ids) as [string, unknown][]) {
      if (id !== null && name in filled) filled[name] = id;
    }
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
