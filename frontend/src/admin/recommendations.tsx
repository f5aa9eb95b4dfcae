import { Merchandising } from './merchandising';
import { Strategies } from './strategies';

/** What the shop recommends, steered: the rules that shape every list, and the strategies behind them. */
export function AdminRecommendations() {
  return (
    <div className="space-y-14">
      <section aria-labelledby="rules" className="space-y-6">
        <Title id="rules" title="Merchandising" note="Shapes every list whose request does not say otherwise, from the moment you save." />
        <Merchandising />
      </section>
      <section aria-labelledby="strategies" className="space-y-4">
        <Title
          id="strategies"
          title="Strategies"
          note="What finds the products. They are trained together, so that all know the same past, and judged by what shoppers bought for the first time in weeks held back from them."
        />
        <Strategies />
      </section>
    </div>
  );
}

function Title({ id, title, note }: { id: string; title: string; note: string }) {
  return (
    <div>
      <h2 id={id} className="display text-2xl">
        {title}
      </h2>
      <p className="mt-1 max-w-3xl text-sm text-muted">{note}</p>
    </div>
  );
}
