// Schemas of what people write with a unit. Both ways: `decode` reads a file, `encode` writes one (STYLE §4). Every
// message says what was expected, and begins with that word: the scenario layer prints it as it stands.

import { z } from "zod";

import {
  durationPattern,
  parseDuration,
  parseRate,
  parseSignedDuration,
  printDuration,
  printRate,
  rateOutOfMax,
  ratePattern,
  signedDurationPattern,
} from "../base/units.ts";

const durationExpected = "Expected a duration such as 250ms, 30s, 5m or 500us: whole microseconds, at most ten years.";
const positiveExpected =
  "Expected a duration above zero, such as 250ms, 30s, 5m or 500us: whole microseconds, at most ten years.";
const signedExpected = "Expected a duration such as 250ms, or -250ms for the past.";
const rateExpected = "Expected a share of all, such as 1 in 1000 or 0.1%.";

/** "250ms" <-> 250 000 µs; never negative. */
export const duration = z.codec(text(durationPattern, durationExpected), z.int().min(0), {
  decode: (written, context) => parseDuration(written) ?? refuse(context, written, durationExpected),
  encode: printDuration,
});

/** As `duration`, and above zero: for what would never end, or never begin, at 0. */
export const positiveDuration = z.codec(text(durationPattern, positiveExpected), z.int().min(1), {
  decode: (written, context) => parseDuration(written) || refuse(context, written, positiveExpected),
  encode: printDuration,
});

/** "-3ms" <-> -3 000 µs: offsets and steps of clocks. */
export const signedDuration = z.codec(text(signedDurationPattern, signedExpected), z.int(), {
  decode: (written, context) => parseSignedDuration(written) ?? refuse(context, written, signedExpected),
  encode: printDuration,
});

/** "1 in 1000" or "0.1%" <-> { of, outOf }. */
export const rate = z.codec(
  text(ratePattern, rateExpected),
  z.object({ of: z.int().min(0), outOf: z.int().min(1).max(rateOutOfMax) }),
  {
    decode: (written, context) => parseRate(written) ?? refuse(context, written, rateExpected),
    encode: printRate,
  },
);

/** true or "on", false or "off": a defence that can be switched. */
export const onOff = z.codec(
  z.union([z.boolean(), z.enum(["on", "off"])], { error: "Expected on or off." }),
  z.boolean(),
  {
    decode: (written) => written === true || written === "on",
    encode: (isOn) => isOn,
  },
);

/** Text whose pattern editors check; what it means is for the codec to say, once. */
function text(pattern: RegExp, expected: string) {
  return z.string({ error: expected }).meta({ pattern: pattern.source, description: expected });
}

interface Refusals {
  readonly issues: { push(issue: z.core.$ZodRawIssue): unknown };
}

function refuse(context: Refusals, input: unknown, expected: string): never {
  context.issues.push({ code: "custom", input, message: expected });
  return z.NEVER;
}
