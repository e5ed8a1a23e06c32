// Lines that a terminal has room for: broken between words, and never within an amount.
import { expect, test } from "vitest";

import { wrap } from "../../src/report/words.ts";

test.each([
  ["a plain line is broken", 16, ["a plain line is", "broken"]],
  ["the timeout is 4 s long", 16, ["the timeout is", "4 s long"]],
  ["of all runs 1 000 held", 14, ["of all runs", "1 000 held"]],
  ["12 345 678 us in all", 8, ["12 345 678 us", "in all"]],
  ["at most 95 % do", 11, ["at most", "95 % do"]],
  ["there are 4 servers", 11, ["there are 4", "servers"]],
  ["two\n\nlines", 11, ["two", "", "lines"]],
])("%j in %i columns", (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});
