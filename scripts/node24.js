// In JavaScript, since an older Node can't read the rest: loaded before each script (--import), or run before Vitest.
// The package `node` puts Node 24 on the path of npm's scripts, but for `npm ci --ignore-scripts`.
if (!process.features.typescript) {
  console.error(
    `This needs Node 24, and runs on ${process.version}, where TypeScript can't be read. The Node that this project ` +
      "brings was not installed, as after npm ci --ignore-scripts. Install it with: npm rebuild node --ignore-scripts=false",
  );
  process.exit(1);
}
