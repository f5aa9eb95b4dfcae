import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: process.env.SHELFWISE_SCHEMA ?? '../schema.graphql',
  documents: ['src/**/*.graphql'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          ID: 'string',
          Decimal: 'string',
          DateTime: 'string',
          Long: 'number',
          CurrencyCode: 'string',
          CountryCode: 'string',
          JSON: 'unknown',
          URL: 'string',
        },
      },
    },
  },
};

export default config;
