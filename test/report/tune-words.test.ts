// What a search found, in words: no number says more than was measured.
import { expect, test } from "vitest";

import { verdictWords } from "../../src/report/tune-words.ts";
import type { Measured } from "../../src/tune/search/confirm.ts";
import type { Found } from "../../src/tune/search/search.ts";
import type { StudyTask } from "../../src/tune/study-task.ts";

const task = {
  space: [{ path: "timeout", levels: ["1s", "2s"], isOrdered: true }],
  responses: [{ label: "outage", unit: "durationUs" }],
  objectives: [{ response: 0, direction: "minimise" }],
} as unknown as StudyTask;

const verdict = (difference: Measured): string =>
  verdictWords(task, {
    recommended: { shown: { point: [1], aboveToday: [difference] } },
    today: { point: [0] },
    wasCutShort: false,
  } as unknown as Found);

test.each([
  [{ value: -250_000, low: -400_000, high: -100_000 }, "Outage is 250 ms (100 ms to 400 ms) less than today's."],
  [{ value: 250_000, low: 100_000, high: 400_000 }, "Outage is 250 ms (100 ms to 400 ms) more than today's."],
  [
    { value: -250_000, low: -600_000, high: 100_000 },
    "Outage is not known to differ from today's (between 600 ms less and 100 ms more).",
  ],
  [{ value: 0, low: -Infinity, high: Infinity }, "Outage is not known to differ from today's, in so few runs."],
  [{ value: 0, low: 0, high: 0 }, "Outage is exactly today's."],
])("a difference of %o has no sign before a duration", (difference, words) => {
  expect(verdict(difference)).toBe(`Recommended: timeout=2s. ${words}`);
});
