/** What the small forms of the account have in common: one mutation, mistakes at their fields, an outage in words. */
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { describeFailure, type FormErrors, NO_ERRORS, type PayloadError, sortErrors } from '../api/errors';

interface Answer {
  data?: unknown;
  error?: CombinedError | undefined;
}

export function useFormErrors(fields: readonly string[]) {
  const [errors, setErrors] = useState<FormErrors>(NO_ERRORS);
  const [codes, setCodes] = useState<readonly string[]>([]);
  /** Takes over what an answer says. True when it went through. */
  const settle = (answer: Answer, userErrors: readonly PayloadError[] | undefined): boolean => {
    setCodes(userErrors?.map(({ code }) => code) ?? []);
    if (!userErrors) {
      setErrors({ fields: {}, general: [describeFailure(answer.error)] });
      return false;
    }
    setErrors(sortErrors(userErrors, fields));
    return userErrors.length === 0;
  };
  return { errors, codes, settle };
}
