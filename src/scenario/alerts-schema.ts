// Which alerts a scenario expects, and which it rules out: `{ ServerNodeUnhealthy: within 90s, others: never }`.

import { z } from "zod";

import { parseDuration, printDuration } from "../base/units.ts";
import { codec, refuse } from "./codecs.ts";
import { shown } from "./problem.ts";
import type { AlertExpectation } from "./scenario.ts";

/** Stands for every alert that is not named. */
const OTHERS = "others";
const form = /^(?:never|maybe|within (\S+))$/;

const expected = 'Expected "never", "maybe", or a bound such as "within 90s" of the first fault.';
const othersExpected = 'Expected "never".';

type Fires = AlertExpectation["fires"];

/** `names`: the system's alerts. */
export function alertsSchema(names: readonly string[]) {
  const others = z.literal("never", { error: othersExpected }).optional();
  const each = Object.fromEntries(names.map((name) => [name, firesSchema().optional()]));
  const doc = z.strictObject({ ...each, [OTHERS]: others });
  return codec<typeof doc, readonly AlertExpectation[]>(doc, () => true, {
    decode: (read) => {
      const byName = new Map<string, Fires | undefined>(Object.entries(read));
      return [...names, OTHERS].flatMap((name): readonly AlertExpectation[] => {
        const fires = byName.get(name);
        return fires === undefined ? [] : [{ alert: name === OTHERS ? null : name, fires }];
      });
    },
    encode: (alerts) => Object.fromEntries(alerts.map(({ alert, fires }) => [alert ?? OTHERS, fires])),
  });
}

function firesSchema() {
  const doc = z.string({ error: expected }).meta({ pattern: form.source, description: expected });
  return codec<typeof doc, Fires>(doc, (value) => value !== undefined, {
    decode(written, context) {
      if (written === "never" || written === "maybe") return written;
      const withinUs = parseDuration(form.exec(written)?.[1] ?? "");
      return withinUs ?? refuse(context, written, expected, { what: `has the bound ${shown(written)}` });
    },
    encode: (fires) => (typeof fires === "number" ? `within ${printDuration(fires)}` : fires),
  });
}
