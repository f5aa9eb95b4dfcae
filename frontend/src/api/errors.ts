/** Turns payload errors into messages next to fields, and outages into words for people. */
import type { CombinedError } from 'urql';

export interface PayloadError {
  message: string;
  path?: readonly string[] | null;
  code: string;
}

export interface FormErrors {
  /** Keyed by the last name in the input path. */
  fields: Record<string, string>;
  /** What belongs to no field. */
  general: string[];
}

export const NO_ERRORS: FormErrors = { fields: {}, general: [] };

export function sortErrors(errors: readonly PayloadError[], known: readonly string[]): FormErrors {
  const sorted: FormErrors = { fields: {}, general: [] };
  for (const error of errors) {
    const field = error.path?.toReversed().find((part) => known.includes(part));
    if (field) sorted.fields[field] ??= error.message;
    else sorted.general.push(error.message);
  }
  return sorted;
}

export function describeFailure(error: CombinedError | undefined): string {
  if (!error) return 'Something went wrong.';
  if (error.networkError) return 'The shop could not be reached. Check your connection and try again.';
  return error.graphQLErrors[0]?.message ?? 'Something went wrong.';
}

export function failureCode(error: CombinedError | undefined): string | undefined {
  const code = error?.graphQLErrors[0]?.extensions?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The messages of one part of a form, keyed by field. */
export function errorsBelow(errors: readonly PayloadError[], parent: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { path, message } of errors) {
    const place = path?.indexOf(parent) ?? -1;
    const field = place < 0 ? undefined : path?.[place + 1];
    if (field) found[field] ??= message;
  }
  return found;
}
