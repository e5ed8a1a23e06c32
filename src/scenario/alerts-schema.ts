// Which alerts a scenario expects, and which it rules out: `{ ServerNodeUnhealthy: within 90s, others: never }`.

import { z } from "zod";

import { parseDuration, printDuration } from "../base/units.ts";
import { codec, refuse } from "./codecs.ts";
import { shown } from "./problem.ts";
import type { AlertExpectation } from "./scenario.ts";

/** Stands for every alert that is not named. */
const OTHERS = "others";
const NEVER = "never";
const form = /^(?:never|within (\S+))$/;

const expected = `Expected "${NEVER}", or a bound such as "within 90s" of the first fault.`;
const othersExpected = `Expected "${NEVER}".`;

/** `names`: the system's alerts. */
export function alertsSchema(names: readonly string[]) {
  const others = z.literal(NEVER, { error: othersExpected }).optional();
  const doc = z.strictObject({
    ...Object.fromEntries(names.map((name) => [name, boundSchema().optional()])),
    [OTHERS]: others,
  });
  return codec<typeof doc, readonly AlertExpectation[]>(doc, () => true, {
    decode: (read) => {
      const bounds = new Map<string, unknown>(Object.entries(read));
      return [...names, OTHERS].flatMap((name): readonly AlertExpectation[] => {
        const bound = bounds.get(name);
        if (bound === undefined) return [];
        return [{ alert: name === OTHERS ? null : name, withinUs: typeof bound === "number" ? bound : null }];
      });
    },
    encode: (alerts) =>
      Object.fromEntries(alerts.map(({ alert, withinUs }) => [alert ?? OTHERS, alert === null ? NEVER : withinUs])),
  });
}

/** Microseconds, or null for never. */
function boundSchema() {
  const doc = z.string({ error: expected }).meta({ pattern: form.source, description: expected });
  return codec<typeof doc, number | null>(doc, (value) => value === null || typeof value === "number", {
    decode(written, context) {
      if (written === NEVER) return null;
      const withinUs = parseDuration(form.exec(written)?.[1] ?? "");
      return withinUs ?? refuse(context, written, expected, { what: `has the bound ${shown(written)}` });
    },
    encode: (withinUs) => (withinUs === null ? NEVER : `within ${printDuration(withinUs)}`),
  });
}
