import { BadgeCheck, Recycle, Sprout } from 'lucide-react';
import type { ProductPageQuery } from '../gql/graphql';
import { gradeColour } from '../ui/grade';

type Facts = NonNullable<NonNullable<ProductPageQuery['product']>['sustainability']>;

export function SustainabilityPanel({ sustainability: facts }: { sustainability: Facts }) {
  const colour = gradeColour(facts.grade);
  return (
    <section aria-labelledby="sustainability" className="mt-8 rounded-2xl border border-line bg-surface p-5">
      <div className="flex items-center gap-4">
        <div
          className="display grid size-14 shrink-0 place-items-center rounded-2xl text-3xl"
          style={{ color: colour, background: `color-mix(in srgb, ${colour} 14%, transparent)` }}
          aria-hidden
        >
          {facts.grade}
        </div>
        <div className="min-w-0 flex-1">
          <h2 id="sustainability" className="font-semibold">
            Sustainability grade {facts.grade}
          </h2>
          <div className="mt-2 flex items-center gap-3">
            <div className="h-2 flex-1 overflow-hidden rounded-full bg-sunken" aria-hidden>
              <div className="h-full rounded-full" style={{ width: `${facts.score}%`, background: colour }} />
            </div>
            <span className="text-sm tabular-nums text-muted">{facts.score} of 100</span>
          </div>
        </div>
      </div>
      <ul className="mt-4 flex flex-wrap gap-x-5 gap-y-2 text-sm text-muted">
        {facts.carbonFootprintKg && (
          <li>
            <span className="font-semibold tabular-nums text-ink">{facts.carbonFootprintKg} kg</span> CO₂e each, cradle to gate
          </li>
        )}
        {facts.recyclable && (
          <li className="flex items-center gap-1.5">
            <Recycle className="size-4 text-accent" aria-hidden /> Recyclable
          </li>
        )}
        {facts.biodegradable && (
          <li className="flex items-center gap-1.5">
            <Sprout className="size-4 text-accent" aria-hidden /> Biodegradable
          </li>
        )}
        {facts.certifications.map((name) => (
          <li key={name} className="flex items-center gap-1.5">
            <BadgeCheck className="size-4 text-accent" aria-hidden /> {name}
          </li>
        ))}
      </ul>
      {facts.source && <p className="mt-3 text-xs text-muted">Source: {facts.source}</p>}
    </section>
  );
}
