// Settings, people and numbers of nodes that are right one by one and cannot all be so together: found before a run
// that could only disappoint, and explained.

import type { NodeId } from "../../base/ids.ts";
import { printDuration } from "../../base/units.ts";
import type { Contradiction } from "../system.ts";
import type { MeshInput } from "./mesh-nodes.ts";
import { type Command, commandOf } from "./orders.ts";
import { leaseHeldUs } from "./settings.ts";

type Input = Omit<MeshInput, "untilUs" | "healUs">;
type Check = (input: Input) => readonly Contradiction[];

const named = ({ nodes }: Input, role: string): readonly NodeId[] => nodes.get(role) ?? [];

/** One contradiction at most. */
const unless = (holds: boolean, contradiction: () => Contradiction): readonly Contradiction[] =>
  holds ? [] : [contradiction()];

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const enoughServers: Check = (input) => {
  const { spares, backups } = input.settings.region;
  const servers = named(input, "server").length;
  return [
    ...unless(spares < servers, () => ({
      path: ["settings", "region", "spares"],
      what: `settings.region.spares is ${spares} in a mesh of ${plural(servers, "server")}: nobody has a region.`,
      expected: `Expected fewer spares than servers, at most ${servers - 1}.`,
      fix: "lower it, or raise world.nodes.servers.",
    })),
    ...unless((backups ?? 0) < servers, () => ({
      path: ["settings", "region", "backups"],
      what: `settings.region.backups is ${backups ?? 0} in a mesh of ${plural(servers, "server")}.`,
      expected: `Expected at most ${servers - 1}: a region's own server is no backup of it.`,
      fix: "lower it, leave it out, or raise world.nodes.servers.",
    })),
  ];
};

const leasesLast: Check = ({ settings }) => {
  const { lease, health } = settings;
  const heldUs = leaseHeldUs(settings);
  return [
    ...unless(lease.mode === "none" || heldUs > health.heartbeat, () => ({
      path: ["settings", "lease", "ttl"],
      what:
        `a lease of ${printDuration(lease.ttl)} lasts its holder ${printDuration(Math.max(0, heldUs))} beside its ` +
        `margins, and is renewed every ${printDuration(health.heartbeat)}.`,
      expected: "Expected a lease that outlasts a heartbeat, or nobody may ever act for long.",
      fix: "raise settings.lease.ttl, or lower settings.health.heartbeat or the margins.",
    })),
    ...unless(health.probe <= health.timeout, () => ({
      path: ["settings", "health", "probe"],
      what: `settings.health.probe is ${printDuration(health.probe)}, longer than the silence that is enough anyhow.`,
      expected: `Expected at most settings.health.timeout, ${printDuration(health.timeout)}.`,
      fix: "lower it.",
    })),
  ];
};

const retriesFit: Check = ({ settings: { retry, transfer } }) => [
  ...unless(retry.base <= retry.cap, () => ({
    path: ["settings", "retry", "base"],
    what: `settings.retry.base is ${printDuration(retry.base)}, above its own cap.`,
    expected: `Expected at most settings.retry.cap, ${printDuration(retry.cap)}.`,
    fix: "lower it, or raise the cap.",
  })),
  ...unless(transfer.deadline <= transfer.incomingTimeout, () => ({
    path: ["settings", "transfer", "incomingTimeout"],
    what: `settings.transfer.incomingTimeout is ${printDuration(transfer.incomingTimeout)}: the target forgets a transfer while its source still waits.`,
    expected: `Expected at least settings.transfer.deadline, ${printDuration(transfer.deadline)}.`,
    fix: "raise it, or lower the deadline.",
  })),
];

const peopleExist: Check = (input) => {
  const players = new Set<string>(named(input, "player"));
  return input.workload.overrides.flatMap(({ players: those }, at) =>
    those.flatMap((name, which) =>
      unless(players.has(name), () => ({
        path: ["workload", "overrides", at, "players", which],
        what: `workload.overrides[${at}] is about "${name}", which is no player.`,
        expected: `Expected one of the ${players.size} players of world.nodes.`,
        fix: "correct the name, or declare the player.",
      })),
    ),
  );
};

const bordersExist: Check = (input) => {
  const servers = named(input, "server").length;
  const { players, overrides } = input.workload;
  const motions = [
    { motion: players.motion, path: ["workload", "players", "motion"] },
    ...overrides.map(({ with: { motion } }, at) => ({ motion, path: ["workload", "overrides", at, "with", "motion"] })),
  ];
  return motions.flatMap(({ motion, path }) => {
    if (motion?.type !== "border" || motion.border === undefined || servers === 1) return [];
    const { border } = motion;
    return unless(border < servers, () => ({
      path: [...path, "border"],
      what: `${path.join(".")} is at border ${border} of ${plural(servers, "server")}.`,
      expected: `Expected a border between two of them, 1 to ${servers - 1}.`,
      fix: "lower it, or raise world.nodes.servers.",
    }));
  });
};

/** Commands of the script and the playbook: somebody types them, and what they are about exists. */
const commandsMakeSense: Check = (input) => {
  const { operator, playbook } = input.workload;
  const written = [
    ...operator.map((entry, at) => ({ entry, path: ["workload", "operator", at] })),
    ...playbook.map((entry, at) => ({ entry, path: ["workload", "playbook", at] })),
  ];
  const [first] = written;
  const nobody = unless(first === undefined || named(input, "operator").length > 0, () => ({
    path: first?.path ?? [],
    what: "there are commands to type, and no operator.",
    expected: "Expected one operator under world.nodes.",
    fix: "add one, or remove the commands.",
  }));
  return [...nobody, ...written.flatMap(({ entry, path }) => subjectExists(input, commandOf(entry), path))];
};

function subjectExists(
  input: Input,
  { verb, subject }: Command,
  path: Contradiction["path"],
): readonly Contradiction[] {
  const { spares } = input.settings.region;
  const servers = named(input, "server");
  const regions = Math.max(1, servers.length - spares);
  const role = verb === "forceRollback" ? "player" : "server";
  switch (verb) {
    case "stopAdmissions":
    case "openAdmissions":
      return [];
    case "freeze":
    case "unfreeze":
      return unless(Number(subject) < regions, () => ({
        path: [...path, verb],
        what: `${verb} is about region ${subject} of ${plural(regions, "region")}.`,
        expected: `Expected a number from 0 to ${regions - 1}.`,
        fix: "lower it.",
      }));
    default:
      return unless(
        named(input, role).some((name) => name === subject),
        () => ({
          path: [...path, verb],
          what: `${verb} is about "${subject}", which is no ${role}.`,
          expected: `Expected one of the ${role}s of world.nodes.`,
          fix: "correct the name, or declare it.",
        }),
      );
  }
}

const regionsExist: Check = (input) => {
  const regions = Math.max(1, named(input, "server").length - input.settings.region.spares);
  return input.settings.degraded.critical.flatMap((region, at) =>
    unless(region < regions, () => ({
      path: ["settings", "degraded", "critical", at],
      what: `settings.degraded.critical names region ${region} of ${plural(regions, "region")}.`,
      expected: `Expected a number from 0 to ${regions - 1}.`,
      fix: "lower it, or remove it.",
    })),
  );
};

const checks: readonly Check[] = [
  enoughServers,
  leasesLast,
  retriesFit,
  peopleExist,
  bordersExist,
  regionsExist,
  commandsMakeSense,
];

/** Everything that contradicts, in the order of the checks. */
export const meshContradictions = (input: Input): readonly Contradiction[] => checks.flatMap((check) => check(input));
