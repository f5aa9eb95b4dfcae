import { describe, expect, it } from 'vitest';
import { missingIn, readAddress } from './address';

const FULL = {
  name: 'Ada Lovelace',
  line1: 'Main Street 1',
  line2: null,
  postalCode: '10115',
  city: 'Berlin',
  region: null,
  country: 'DE',
  phone: null,
};

describe('an address', () => {
  it('is read from its part of the form, without blanks around it', () => {
    const form = new FormData();
    for (const [field, value] of Object.entries(FULL)) form.set(`shipping.${field}`, value ? ` ${value} ` : '');
    form.set('billing.name', 'Somebody else');
    expect(readAddress(form, 'shipping')).toEqual(FULL);
  });

  it('says what is missing', () => {
    expect(missingIn(FULL)).toEqual({});
    expect(Object.keys(missingIn({ ...FULL, name: '', city: '', postalCode: null }))).toEqual(['name', 'postalCode', 'city']);
  });

  it('needs no postal code where there are none', () => {
    expect(missingIn({ ...FULL, postalCode: null, country: 'HK' })).toEqual({});
  });
});
