import type { Tone } from './words';

const LOOK: Record<Tone, string> = {
  good: 'bg-accent-soft text-accent',
  waiting: 'bg-sunken text-ink',
  bad: 'bg-danger-soft text-danger',
  plain: 'bg-sunken text-muted',
};

export function Badge({ tone, label }: { tone: Tone; label: string }) {
  return <span className={`inline-block shrink-0 rounded-full px-2.5 py-0.5 text-xs font-semibold ${LOOK[tone]}`}>{label}</span>;
}
