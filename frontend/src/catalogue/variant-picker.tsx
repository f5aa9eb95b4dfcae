import type { ProductPageQuery } from '../gql/graphql';

type Variant = NonNullable<ProductPageQuery['product']>['variants'][number];

/** One row of choices per option; a choice that leads nowhere is shown as such instead of vanishing. */
export function VariantPicker({
  variants,
  chosen,
  onChoose,
}: {
  variants: readonly Variant[];
  chosen: Variant | undefined;
  onChoose: (id: string) => void;
}) {
  if (variants.length < 2 || !chosen) return null;
  const names = [...new Set(variants.flatMap((variant) => variant.options.map((option) => option.name)))];
  if (names.length === 0) {
    return (
      <Choices
        legend="Variant"
        values={variants.map((variant) => ({
          value: variant.id,
          label: variant.name,
          pressed: variant.id === chosen.id,
          available: variant.availableQuantity > 0,
        }))}
        onChoose={onChoose}
      />
    );
  }
  const optionOf = (variant: Variant, name: string) => variant.options.find((option) => option.name === name)?.value;
  return (
    <div className="space-y-4">
      {names.map((name) => {
        const values = [...new Set(variants.flatMap((variant) => optionOf(variant, name) ?? []))];
        const reach = (value: string) => {
          const having = variants.filter((variant) => optionOf(variant, name) === value);
          const agreement = (variant: Variant) =>
            names.filter((other) => optionOf(variant, other) === optionOf(chosen, other)).length;
          return having.toSorted((a, b) => agreement(b) - agreement(a))[0];
        };
        return (
          <Choices
            key={name}
            legend={name}
            values={values.map((value) => ({
              value,
              label: value,
              pressed: optionOf(chosen, name) === value,
              available: (reach(value)?.availableQuantity ?? 0) > 0,
            }))}
            onChoose={(value) => {
              const next = reach(value);
              if (next) onChoose(next.id);
            }}
          />
        );
      })}
    </div>
  );
}

function Choices({
  legend,
  values,
  onChoose,
}: {
  legend: string;
  values: readonly { value: string; label: string; pressed: boolean; available: boolean }[];
  onChoose: (value: string) => void;
}) {
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-semibold">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {values.map((choice) => (
          <button
            key={choice.value}
            type="button"
            aria-pressed={choice.pressed}
            aria-label={choice.available ? choice.label : `${choice.label}, sold out`}
            onClick={() => onChoose(choice.value)}
            className={`min-h-10 rounded-full border px-4 text-sm font-medium ${
              choice.pressed ? 'border-accent bg-accent-soft' : 'border-line bg-surface hover:border-muted'
            } ${choice.available ? '' : 'text-muted line-through'}`}
          >
            {choice.label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
