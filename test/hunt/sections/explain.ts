// Whether explanations name what is known to have been decisive, among the first three.

import type { Decisive } from "../../../src/explore/explain/counterfactuals.ts";
import { explain } from "../../../src/explore/explain/explain.ts";
import { decisiveSentence, inevitableSentence } from "../../../src/report/explanation-lines.ts";
import { systemNamed } from "../../../src/systems/registry.ts";
import { casesOf, failureOfCase } from "../cases.ts";
import type { MeasuredSection } from "../report.ts";

/**
 * By story, what decides: kinds of faults, the messages they strike if they strike any; or the setting itself, where the
 * defence is all that stands between the system and its violation. Written down from the stories, not from explanations.
 */
const known: Readonly<
  Record<
    string,
    { readonly kinds?: readonly string[]; readonly messages?: readonly string[]; readonly setting?: string }
  >
> = {
  "mesh/defences#without-attempt-check": { kinds: ["duplicate"], messages: ["confirm"] },
  "mesh/defences#without-fencing": { kinds: ["delay"], messages: ["confirm", "settled", "welcome", "notice"] },
  "mesh/defences#without-seal-before-grant": {
    kinds: ["delay"],
    messages: ["granted", "confirm", "settled", "welcome", "notice"],
  },
  "mesh/defences#without-checksum": { kinds: ["corrupt"], messages: ["ship"] },
  "mesh/defences#without-state-guard": { kinds: ["delay"], messages: ["adopt"] },
  "mesh/defences#without-idempotency": { kinds: ["duplicate"], messages: ["write"] },
  // Reordered is what is overtaken: a delay, once it is written down for one message.
  "mesh/defences#without-session-order": { kinds: ["reorder", "delay"], messages: ["act"] },
  "mesh/defences#without-durable-grants": { kinds: ["restart", "diskSlow"] },
  "mesh/defences#without-ack-after-store": { setting: "settings.defence.ackAfterStore" },
  "mesh/defences#without-watchdog": { kinds: ["drop", "suppressTimers"] },
  "mesh/defences#without-client-token-check": { kinds: ["delay"], messages: ["view"] },
  "mesh/defences#without-suspension": { kinds: ["drop"], messages: ["notice"] },
  "mesh/defences#without-item-ledger": { setting: "settings.defence.itemLedger" },
  "mesh/defences#without-quorum": { kinds: ["partition", "restart"] },
  "mesh/defences#without-item-fencing": { kinds: ["drop", "delay"], messages: ["heartbeat", "lay"] },
  "mesh/defences#without-replica-guard": { setting: "settings.defence.replicaGuard" },
  "mesh/defences#without-trade-whole": { setting: "settings.defence.tradeWhole" },
};

const firstMax = 3;

interface Measured {
  readonly name: string;
  /** From 1; undefined: it is not named at all. */
  readonly place: number | undefined;
  readonly first: string;
  readonly tooLate: string;
}

export function explainSection(tell: (line: string) => void): MeasuredSection {
  const measured = casesOf(["defences"]).flatMap((one): readonly Measured[] => {
    const failure = failureOfCase(one);
    const system = systemNamed(one.scenario.system);
    const why = failure === undefined ? undefined : explain(failure, { system });
    const [head] = why?.decisive ?? [];
    if (why === undefined || head === undefined || known[one.name] === undefined) return [];
    const at = why.decisive.findIndex((decisive) => isKnown(decisive, one.name));
    const place = at < 0 ? undefined : at + 1;
    const first = decisiveSentence(head, why, system);
    tell(`${one.name}: ${place ?? "not named"}; ${first}`);
    return [{ name: one.name, place, first, tooLate: inevitableSentence(why) }];
  });
  const named = measured.filter(({ place }) => place !== undefined && place <= firstMax).length;
  return {
    title: "Explain",
    about:
      "Every story with a defence off, shrunk and explained. What is decisive is known from the story: a fault of this kind, on this message; or the defence itself, where nothing else has to happen.",
    command: "npm run hunt -- explain",
    figures: [
      {
        what: `the decisive event is among the first ${firstMax} named`,
        bar: ">= 90 %",
        measured: `${named} of ${measured.length}`,
        met: named >= 0.9 * measured.length,
      },
    ],
    columns: ["story", "named as number", "named first", "when it was too late"],
    rows: measured.map(({ name, place, first, tooLate }) => [name, String(place ?? "not named"), first, tooLate]),
  };
}

function isKnown(decisive: Decisive, name: string): boolean {
  const { kinds = [], messages, setting } = known[name] ?? {};
  if (decisive.kind === "setting") return decisive.name === setting;
  if (decisive.kind === "message") return false;
  const { action } = decisive.fault;
  if (!kinds.includes(action.kind)) return false;
  return (
    messages === undefined || !("messages" in action) || action.messages.types.some((type) => messages.includes(type))
  );
}
