/** Options of Stryker: https://stryker-mutator.io/docs/stryker-js/configuration */
export default {
  /** The rules: what decides, without a driver or a request. */
  mutate: [
    "shared/activity/*.ts",
    "shared/appVersion.ts",
    "shared/backup/*.ts",
    "shared/devices/name.ts",
    "shared/challenge/*.ts",
    // The shapes of answers decide nothing.
    "!shared/challenge/answers.ts",
    "shared/contact/*.ts",
    "!shared/contact/answers.ts",
    "shared/delivery/reach.ts",
    "shared/delivery/schedule.ts",
    "shared/devices/pushToken.ts",
    "shared/devices/registration.ts",
    "shared/identity/accessToken.ts",
    "shared/identity/assurance.ts",
    "shared/identity/issuers.ts",
    "shared/identity/spent.ts",
    "shared/keys/derived.ts",
    "shared/keys/serviceKey.ts",
    "shared/limits/*.ts",
    "shared/provider/*.ts",
    "!shared/provider/answers.ts",
    "shared/recovery/*.ts",
    "!shared/recovery/answers.ts",
    "shared/status/*.ts",
  ],
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "scripts/mutation/vitest.config.ts" },
  coverageAnalysis: "perTest",
  concurrency: 2,
  /** Milliseconds beyond what the tests need otherwise: a busy machine must not look like an endless loop. */
  timeoutMS: 60_000,
  /** Inside the checkout, so that its node_modules are found without a link. */
  tempDirName: ".local/mutants",
  symlinkNodeModules: false,
  /** Stryker rewrites paths in a tsconfig through an API that TypeScript 7 does not have. */
  ignorePatterns: ["/.local", "/dist", "/tsconfig.json"],
  /** Types are stripped, not checked. */
  disableTypeChecks: false,
  /** Percent of the mutants. */
  thresholds: { high: 95, low: 90, break: 95 },
  reporters: ["progress-append-only", "clear-text", "html"],
  htmlReporter: { fileName: ".local/mutation/report.html" },
  clearTextReporter: { reportTests: false, allowEmojis: false },
  warnings: { slow: false },
};
