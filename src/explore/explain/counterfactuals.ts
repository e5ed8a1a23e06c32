// What if: the failure again without one thing, or with it a little earlier or later. What then holds was decisive.

import { nodeId } from "../../base/ids.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { Fault, FaultAction } from "../../world/fault.ts";
import type { NodeSelector } from "../../world/plan.ts";
import { shelvesOf } from "../shrink/shelves.ts";
import { type Trial, tryScenario, type TrialOptions } from "../trial.ts";
import type { SentMessage } from "./recording.ts";

/** One thing without which it holds. */
export type Decisive = {
  /** Share of seeds, its own among them, under which it fails with it and holds without it. */
  readonly weight: number;
  /** It holds when this comes later, or earlier, by so little: the least of what was tried. Undefined: by none of that. */
  readonly laterUs: number | undefined;
  readonly earlierUs: number | undefined;
} & (
  | {
      readonly kind: "fault";
      readonly fault: Fault;
      /** Its place in the scenario. */
      readonly index: number;
      readonly atUs: number;
      /** The messages that it did something to. */
      readonly struck: readonly SentMessage[];
    }
  | { readonly kind: "message"; readonly message: SentMessage; readonly atUs: number }
  /** A value that is not as it is by default, such as "settings.defence.fencing". */
  | { readonly kind: "setting"; readonly name: string; readonly atUs: undefined }
);

const shiftsUs = [1_000, 5_000, 20_000, 100_000, 500_000, 2_000_000];
const seedsTried = 4;

/** Asks whether a changed scenario still fails; keeps count. */
export class Questions {
  asked = 0;
  readonly #options: TrialOptions;
  readonly #scenario: Scenario;
  /** Seeds under which it fails as it is: its own first. */
  readonly #seeds: readonly number[];

  constructor(scenario: Scenario, options: TrialOptions) {
    this.#scenario = scenario;
    this.#options = options;
    const others = Array.from({ length: seedsTried }, (_, index) => scenario.seed + 1 + index);
    this.#seeds = [scenario.seed, ...others.filter((seed) => this.#try({ ...scenario, seed }).violation !== undefined)];
  }

  get isOver(): boolean {
    return this.#options.poll?.() === true;
  }

  /** Every fault without which it holds. @param struck messages that faults did something to. */
  faults(struck: readonly SentMessage[]): readonly Decisive[] {
    return this.#scenario.world.faults.flatMap((fault, index): readonly Decisive[] => {
      const rest = this.#withFaults((other) => (other.id === fault.id ? [] : [other]));
      if (this.isOver || !this.#holds(rest)) return [];
      const shifted = (byUs: number): Scenario | undefined => {
        const moved = movedBy(fault, byUs, this.#scenario.world.healUs);
        return moved === undefined ? undefined : this.#withFaults((other) => [other.id === fault.id ? moved : other]);
      };
      const its = struck.filter((message) => isMeant(fault.action, message));
      const begunUs = fault.timing.type === "scripted" ? fault.timing.atUs : fault.timing.fromUs;
      const [first] = its;
      const atUs = first === undefined ? begunUs : first.atUs - this.#scenario.world.startUs;
      return [
        { kind: "fault", fault, index, atUs, struck: its, weight: this.#weightOf(rest), ...this.#leastShifts(shifted) },
      ];
    });
  }

  /** Every value that is not the default and without which it holds. */
  settings(): readonly Decisive[] {
    return shelvesOf(this.#scenario, this.#options.system)
      .filter(({ name }) => name === "settings")
      .flatMap(({ name, parts, keeping }) =>
        parts.flatMap((part): readonly Decisive[] => {
          const rest = keeping(new Set(parts.filter((other) => other !== part)));
          if (this.isOver || rest === undefined || this.#isAbsurd(rest) || !this.#holds(rest)) return [];
          const weight = this.#weightOf(rest);
          return [
            {
              kind: "setting",
              name: `${name}.${part}`,
              atUs: undefined,
              weight,
              laterUs: undefined,
              earlierUs: undefined,
            },
          ];
        }),
      );
  }

  /** Of these messages those without which it holds. */
  messages(messages: readonly SentMessage[]): readonly Decisive[] {
    return messages.flatMap((message): readonly Decisive[] => {
      if (this.isOver || message.lostBy !== undefined) return [];
      const dropped = this.#with(messageFault(message, this.#scenario, { kind: "drop" }));
      if (!this.#holds(dropped)) return [];
      const late = (byUs: number): Scenario | undefined =>
        byUs < 0 ? undefined : this.#with(messageFault(message, this.#scenario, { kind: "delay", byUs }));
      const atUs = message.atUs - this.#scenario.world.startUs;
      return [{ kind: "message", message, atUs, weight: 0, ...this.#leastShifts(late) }];
    });
  }

  #weightOf(changed: Scenario): number {
    const holding = this.#seeds.filter((seed) => this.#holds({ ...changed, seed })).length;
    return holding / this.#seeds.length;
  }

  #leastShifts(shifted: (byUs: number) => Scenario | undefined): Pick<Decisive, "laterUs" | "earlierUs"> {
    const least = (sign: 1 | -1): number | undefined =>
      shiftsUs.find((byUs) => {
        const scenario = shifted(sign * byUs);
        return scenario !== undefined && !this.isOver && this.#holds(scenario);
      });
    return { laterUs: least(1), earlierUs: least(-1) };
  }

  /** A run that was cut short says nothing. */
  #holds(scenario: Scenario): boolean {
    const { violation, isWhole } = this.#try(scenario);
    return violation === undefined && isWhole;
  }

  #try(scenario: Scenario): Trial {
    this.asked += 1;
    return tryScenario(scenario, this.#options);
  }

  #isAbsurd({ nodes, settings, workload }: Scenario): boolean {
    return (this.#options.system.explain?.({ nodes, settings, workload }) ?? []).length > 0;
  }

  #with = (fault: Fault): Scenario => {
    const { world } = this.#scenario;
    return { ...this.#scenario, world: { ...world, faults: [...world.faults, fault] } };
  };

  #withFaults(change: (fault: Fault) => readonly Fault[]): Scenario {
    const { world } = this.#scenario;
    return { ...this.#scenario, world: { ...world, faults: world.faults.flatMap((fault) => change(fault)) } };
  }
}

/** Whether a message fault may have struck this message. */
function isMeant(action: FaultAction, { type, from, to }: SentMessage): boolean {
  if (!("messages" in action)) return false;
  const { types, from: senders, to: receivers } = action.messages;
  return (types.length === 0 || types.includes(type)) && mayName(senders, from) && mayName(receivers, to);
}

/** Roles may name anybody. */
const mayName = ({ nodes, roles }: NodeSelector, name: string): boolean =>
  nodes.length === 0 || roles.length > 0 || nodes.some((node) => node === name);

function movedBy(fault: Fault, byUs: number, healUs: number): Fault | undefined {
  const { timing } = fault;
  if (timing.type !== "scripted") return undefined;
  const atUs = timing.atUs + byUs;
  return atUs < 0 || atUs >= healUs ? undefined : { ...fault, timing: { ...timing, atUs } };
}

/** Strikes this one message and no other. */
function messageFault(
  { message, type, from, to, atUs, before }: SentMessage,
  { world }: Scenario,
  what: { readonly kind: "drop" } | { readonly kind: "delay"; readonly byUs: number },
): Fault {
  const messages = {
    types: [type],
    from: { nodes: [nodeId(from)], roles: [] },
    to: { nodes: [nodeId(to)], roles: [] },
    skip: before,
    count: Infinity,
    rate: { of: 1, outOf: 1 },
  };
  const action: Fault["action"] =
    what.kind === "drop"
      ? { kind: "drop", messages }
      : { kind: "delay", messages, byUsMin: what.byUs, byUsMax: what.byUs };
  return {
    id: `what-if-${message}`,
    timing: { type: "scripted", atUs: atUs - world.startUs, forUs: "once" },
    action,
  };
}
