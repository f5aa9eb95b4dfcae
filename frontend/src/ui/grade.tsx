import { Leaf } from 'lucide-react';
import type { SustainabilityGrade } from '../gql/graphql';

export const gradeColour = (grade: SustainabilityGrade): string => `var(--grade-${grade.toLowerCase()})`;

/** The sustainability grade: a letter as well as a colour. */
export function Grade({ grade, score }: { grade: SustainabilityGrade; score: number }) {
  return (
    <span
      className="inline-flex items-center gap-1 rounded-full border px-1.5 py-0.5 text-xs font-bold leading-none"
      style={{ color: gradeColour(grade), borderColor: 'color-mix(in srgb, currentColor 35%, transparent)' }}
      title={`Sustainability ${score} of 100`}
    >
      <Leaf className="size-3" aria-hidden />
      <span className="sr-only">Sustainability grade </span>
      {grade}
    </span>
  );
}
