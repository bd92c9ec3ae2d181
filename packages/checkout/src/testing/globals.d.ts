/* The test runner's own: mocha, in the browser. */
declare function describe(name: string, suite: () => void): void
declare function it(rule: string, test: () => Promise<void> | void): void
declare function before(hook: () => Promise<unknown> | void): void
declare function afterEach(hook: () => Promise<void> | void): void
