import { defineConfig } from 'vitest/config'

/** Which database the suites run on: the embedded one, or the server whose URL is given. */
const server = process.env.BROKER_TEST_DATABASE_URL

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'embedded',
          // In one project only, so that what is skipped is said once.
          globalSetup: ['test/support/global-setup.ts'],
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          env: { BROKER_TEST_DATABASE: 'embedded' },
        },
      },
      ...(server
        ? [
            {
              extends: true as const,
              test: {
                name: 'server',
                include: ['src/{store,booking,lifecycle}/**/*.test.ts', 'test/{api,attacks,model,e2e}/**/*.test.ts'],
                // What these do to an engine is the same whatever the database is.
                exclude: ['test/e2e/{faults,engine-away,steps}.test.ts'],
                env: { BROKER_TEST_DATABASE: 'server' },
              },
            },
          ]
        : []),
    ],
  },
})
