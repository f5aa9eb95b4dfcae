import { useId } from 'react';
import type { AddressInput, AddressPartsFragment } from '../gql/graphql';
import { Field, selectLook } from '../ui/field';
import { FieldMessage } from '../ui/field-message';
import { COUNTRIES, countryName, likelyCountry } from './countries';

export const ADDRESS_FIELDS = ['name', 'line1', 'line2', 'postalCode', 'city', 'region', 'country', 'phone'] as const;
export type AddressField = (typeof ADDRESS_FIELDS)[number];

const REQUIRED: Partial<Record<AddressField, string>> = {
  name: 'Who is it for?',
  line1: 'Street and number are needed',
  postalCode: 'The postal code is needed',
  city: 'Which town?',
};
/** Places that do without postal codes, among those most post goes to. */
const WITHOUT_POSTAL_CODE = new Set(['AE', 'AO', 'BO', 'BS', 'CI', 'CM', 'FJ', 'GH', 'HK', 'IE', 'JM', 'KE', 'MO', 'NG', 'PA', 'QA', 'RW', 'TZ', 'UG', 'YE', 'ZW']);

/** Reads the fields that `AddressFields` shows under a prefix. */
export function readAddress(form: FormData, prefix: string): AddressInput {
  const value = (field: AddressField) => String(form.get(`${prefix}.${field}`) ?? '').trim();
  return {
    name: value('name'),
    line1: value('line1'),
    line2: value('line2') || null,
    postalCode: value('postalCode') || null,
    city: value('city'),
    region: value('region') || null,
    country: value('country'),
    phone: value('phone') || null,
  };
}

/** What is missing, by field. */
export function missingIn(address: AddressInput): Partial<Record<AddressField, string>> {
  const missing: Partial<Record<AddressField, string>> = {};
  for (const [field, message] of Object.entries(REQUIRED) as [AddressField, string][]) {
    if (field === 'postalCode' && WITHOUT_POSTAL_CODE.has(address.country)) continue;
    if (!address[field]) missing[field] = message;
  }
  return missing;
}

/** The same address without what only saved ones have. */
export function asInput(address: AddressPartsFragment): AddressInput {
  const { name, line1, line2, postalCode, city, region, country, phone } = address;
  return { name, line1, line2, postalCode, city, region, country, phone };
}

export const sameAddress = (a: AddressPartsFragment, b: AddressPartsFragment): boolean =>
  JSON.stringify(asInput(a)) === JSON.stringify(asInput(b));

export function AddressFields({
  prefix,
  section,
  initial,
  errors,
}: {
  prefix: string;
  /** What browsers call it when they fill it in. */
  section: 'shipping' | 'billing';
  initial?: AddressInput | AddressPartsFragment | null | undefined;
  errors: Partial<Record<string, string>>;
}) {
  const countryId = useId();
  const field = (name: AddressField, label: string, autoComplete: string, hint?: string) => (
    <Field
      label={label}
      name={`${prefix}.${name}`}
      autoComplete={`${section} ${autoComplete}`}
      defaultValue={initial?.[name] ?? ''}
      maxLength={name === 'phone' ? 32 : 500}
      error={errors[name]}
      {...(hint ? { hint } : {})}
    />
  );
  return (
    <div className="grid gap-4 sm:grid-cols-6">
      <div className="sm:col-span-6">{field('name', 'Full name', 'name')}</div>
      <div className="sm:col-span-4">{field('line1', 'Street and number', 'address-line1')}</div>
      <div className="sm:col-span-2">{field('line2', 'Addition', 'address-line2')}</div>
      <div className="sm:col-span-2">{field('postalCode', 'Postal code', 'postal-code')}</div>
      <div className="sm:col-span-4">{field('city', 'City', 'address-level2')}</div>
      <div className="sm:col-span-3">{field('region', 'State or region', 'address-level1')}</div>
      <div className="space-y-1.5 sm:col-span-3">
        <label htmlFor={countryId} className="block text-sm font-semibold">
          Country
        </label>
        <select
          id={countryId}
          name={`${prefix}.country`}
          autoComplete={`${section} country`}
          defaultValue={initial?.country ?? likelyCountry()}
          className={selectLook}
          aria-invalid={errors.country ? true : undefined}
          aria-describedby={errors.country ? `${countryId}-message` : undefined}
        >
          {COUNTRIES.map((country) => (
            <option key={country.code} value={country.code}>
              {country.name}
            </option>
          ))}
        </select>
        <FieldMessage id={`${countryId}-message`} error={errors.country} />
      </div>
      <div className="sm:col-span-6">{field('phone', 'Phone', 'tel', 'Only for the carrier, if there is a question.')}</div>
    </div>
  );
}

export function AddressText({ address }: { address: AddressPartsFragment }) {
  const lines = [
    address.name,
    address.line1,
    address.line2,
    [address.postalCode, address.city].filter(Boolean).join(' '),
    address.region,
    countryName(address.country),
    address.phone,
  ].filter(Boolean);
  return (
    <address className="text-sm not-italic leading-relaxed">
      {[...new Set(lines)].map((line) => (
        <span key={line} className="block text-muted first:font-medium first:text-ink">
          {line}
        </span>
      ))}
    </address>
  );
}
