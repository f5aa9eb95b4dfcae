import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Where `npm run dev` finds the shop's server. */
const server = process.env.SHELFWISE_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    // light-dark() and the popover API are used as they are, so the target names the browsers that have them.
    target: ['chrome125', 'firefox129', 'safari18'],
    cssTarget: ['chrome125', 'firefox129', 'safari18'],
    // A data: URL would need a wider content security policy than the server grants.
    assetsInlineLimit: 0,
    // The editor workers of GraphiQL are large by nature; the shop itself stays far below this.
    chunkSizeWarningLimit: 5000,
    rollupOptions: {
      input: { shop: here('./index.html'), graphiql: here('./graphiql.html') },
      onwarn: (warning, warn) => {
        // "use no memo" speaks to the React compiler, which has already run over these packages.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/graphql': { target: server, ws: true },
      '/pictures': server,
      '/demo.json': server,
    },
  },
});
