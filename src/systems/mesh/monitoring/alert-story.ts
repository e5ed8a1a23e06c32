// Alerts in words, for stories.

import { printDuration } from "../../../base/units.ts";
import type { OwnFact } from "../facts.ts";
import type { AlertUnit } from "./alert-rules.ts";

type Told<Name extends OwnFact["fact"]> = Extract<OwnFact, { fact: Name }>;

export const alertTellers = {
  dashboardShown: undefined,
  alertPending: (fact: Told<"alertPending">) => `sees ${nameOf(fact)} coming: ${printValue(fact)}`,
  alertFired: (fact: Told<"alertFired">) =>
    `ALERT ${nameOf(fact)}: ${printValue(fact)}${fact.pages ? ", and pages somebody" : ""}`,
  alertResolved: (fact: Told<"alertResolved">) => `${nameOf(fact)} is over`,
};

const nameOf = ({ alert, on }: { readonly alert: string; readonly on: string }): string =>
  on === "" ? alert : `${alert} on ${on}`;

function printValue({ value, unit }: { readonly value: number; readonly unit: AlertUnit }): string {
  switch (unit) {
    case "us":
      return printDuration(Math.round(value / 1_000) * 1_000);
    case "ppm":
      return `${value / 10_000} %`;
    case "ppmPerSecond":
      return `${value / 1_000_000} a second`;
    case "players":
      return `${value} players`;
    case "times":
      return `${value} of them`;
    case "flag":
      return value === 0 ? "it does not answer" : "it answers";
  }
}
