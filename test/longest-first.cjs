const { default: TestSequencer } = require("@jest/test-sequencer");

/** They run whole pipelines, for minutes: begun last, they would leave the other core idle. */
const longest = ["test/local/run.test.ts", "test/workflows/workflows.test.ts"];
const isLong = ({ path }) => longest.some((file) => path.endsWith(file));

/** Begins the longest files first; jest only knows which they are once it has run them. */
module.exports = class LongestFirst extends TestSequencer {
  async sort(tests) {
    const others = await super.sort(tests.filter((test) => !isLong(test)));
    return [...tests.filter(isLong), ...others];
  }
};
