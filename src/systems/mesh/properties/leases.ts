// Leases: whoever is given up has stopped acting before anybody else is granted what it had, and no two servers would
// act for a player at once (properties.md A5, A6).
//
// A server states when its lease has run out; one that found out late (it was slow, or stood still) did nothing in
// between and says by how much, so the end is known in true time, but for the error of its clock. Not judged once a fault
// has made a clock err by more than is declared: then leases promise nothing, and A1 to A4 are judged all the same.

import type { Findings } from "../../../check/property.ts";
import type { MeshSettings } from "../settings.ts";
import type { JudgedFact, LeaseEnd, MeshView, Overtaking } from "../mesh-view.ts";
import type { MeshProperty, MeshRules } from "./mesh-property.ts";
import { onGrant } from "./mesh-property.ts";

/** What a lease that has ended was overtaken by, if it was. */
type Overtaken = (lease: Pick<LeaseEnd, "outrunBy" | "rivalledBy">) => Overtaking | null;

/**
 * A6. A grant because its server is given up, committed before the end of that server's lease, breaks the promise.
 * Exercised by each such grant from a server that has had a lease.
 */
export const leaseIncluded = (settings: MeshSettings): MeshProperty => ({
  id: "A6",
  kind: "always",
  claim: "nobody is granted what a lease still covers, unless its holder has let go",
  source: "properties.md A6; MESH-INV-05; MESH-F5-06",
  rules: {
    ...onGrant((_player, { cause }, _at, findings, view) => {
      if (cause !== "failover" || view.grantedFrom === null || !clocksHold(view, settings)) return;
      if (view.leases.has(view.grantedFrom)) findings.exercised();
    }),
    ...untilTheEnd(settings, ({ outrunBy }) => outrunBy, "was granted to"),
  },
});

/**
 * A5, strict form: what servers may show, whatever clients believe. A server may from the moment it takes the authority
 * or goes on after a transfer, until it lets go, freezes the player for a transfer, loses its lease or its process.
 * Under policy "version" the source acts on until it hears of the grant: there it is told apart, and fails no run.
 * Exercised by each server that takes a player while another one still remembers it as its own.
 */
export const exclusiveEmits = (settings: MeshSettings): MeshProperty => {
  const isPromised = settings.transfer.policy === "lock" && settings.defence.stateGuard;
  const leases = settings.lease.mode !== "none";
  const rivals: Rule = (view, fact, _at, findings) => {
    if (!clocksHold(view, settings)) return;
    const player = view.players.get(fact.player);
    if ((player?.beliefs.size ?? 0) > 1) findings.exercised();
    if (leases) return;
    for (const server of view.rivals) {
      findings.violated(fact.player, `${server} would still act for ${fact.player} when another server began to`);
    }
  };
  return {
    id: "A5-emits",
    kind: "always",
    ...(isPromised ? {} : { advisory: true }),
    claim: "no two servers would act for a player at once",
    source: "properties.md A5; X-M-21",
    rules: {
      authorityTaken: rivals,
      playerResumed: rivals,
      nodeResumed: (view, _fact, { node }, findings) => {
        const sleeper = view.sleepers.get(node);
        if (leases || sleeper === undefined || view.players.get(sleeper.player)?.beliefs.has(node) !== true) return;
        findings.violated(sleeper.player, `${node} goes on for ${sleeper.player}, and ${sleeper.server} has it`, [
          sleeper.event,
        ]);
      },
      authorityDropped: (view, { player }, { node }, findings) => {
        const by = view.leases.get(node)?.rivalledBy ?? null;
        if (by?.player !== player || !clocksHold(view, settings)) return;
        findings.violated(player, `${node} would have acted for ${player} until now, and ${by.server} did already`, [
          by.event,
        ]);
      },
      ...untilTheEnd(settings, ({ rivalledBy }) => rivalledBy, "was taken by"),
    },
  };
};

type Rule = (
  view: MeshView,
  fact: Extract<JudgedFact, { fact: "authorityTaken" | "playerResumed" }>,
  at: unknown,
  findings: Findings,
) => void;

const clocksHold = ({ ratePpm }: MeshView, { coordinator }: MeshSettings): boolean => ratePpm <= coordinator.driftMax;

/** Rules for everything that ends a lease, or shows that it had not ended. */
function untilTheEnd(settings: MeshSettings, overtaken: Overtaken, what: string): MeshRules {
  const judgeEnd = (view: MeshView, _fact: unknown, _at: unknown, findings: Findings): void => {
    const { leaseEnded } = view;
    const by = leaseEnded === null ? null : overtaken(leaseEnded);
    if (leaseEnded === null || by === null || !clocksHold(view, settings)) return;
    const errorUs = Math.ceil((leaseEnded.lateUs * settings.coordinator.driftMax) / 1_000_000);
    const longerUs = leaseEnded.endUs - errorUs - by.atUs;
    if (longerUs <= 0) return;
    const { server } = leaseEnded;
    findings.violated(server, `${server} held its lease for ${longerUs} us after ${by.player} ${what} ${by.server}`, [
      by.event,
    ]);
  };
  return {
    leaseRenewed: (view, { server }, _at, findings) => {
      const lease = view.leases.get(server);
      const by = lease === undefined ? null : overtaken(lease);
      if (by === null || !clocksHold(view, settings)) return;
      findings.violated(server, `${server} renewed its lease after ${by.player} ${what} ${by.server}`, [by.event]);
    },
    leaseExpired: judgeEnd,
    serverExpelled: judgeEnd,
    nodeCrashed: judgeEnd,
    nodeStopped: judgeEnd,
  };
}
