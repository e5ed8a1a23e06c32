// The server mesh as a system: what a scenario of it may name, what it runs, and what it promises.

import type { DefenceSpec, System } from "../system.ts";
import { meshClaims } from "./claims/ledger.ts";
import { meshContradictions } from "./contradictions.ts";
import { meshHistorian } from "./history.ts";
import { meshHunt } from "./hunting.ts";
import { meshMeasures } from "./measures.ts";
import { meshModel } from "./mesh-model.ts";
import { meshNodes, meshRoles } from "./mesh-nodes.ts";
import type { JudgedFact, MeshView } from "./mesh-view.ts";
import { type MeshMessage, meshMessages } from "./messages.ts";
import { meshScraping } from "./monitoring/scraped-series.ts";
import { meshProperties } from "./properties/mesh-properties.ts";
import { meshRequirements } from "./requirements/mesh-requirements.ts";
import { type MeshSettings, meshSettings } from "./settings.ts";
import { meshSettleUs } from "./settle.ts";
import { meshSpans } from "./spans.ts";
import { describeMesh, tellMesh } from "./story.ts";
import { type MeshWorkload, meshWorkload } from "./workload.ts";

/** Timers by name or prefix: what `suppressTimers` may name. */
const timers: ReadonlyMap<string, string> = new Map([
  ["tick", "server: walks active transfers for expired attempts (MESH-F1-03)"],
  ["retry:", "server: begins the next attempt of a transfer (MESH-F1-05)"],
  ["abort:", "server: asks the coordinator again to undo a transfer"],
  ["watchdog", "server: looks for stuck transfers (MESH-F7-03)"],
  ["admit", "server: lets the next transfer begin while throttled (MESH-F8-06)"],
  ["gauge", "server: looks at its load and states it (MESH-F8-03)"],
  ["adopt:", "server: asks the coordinator again for the authority"],
  ["incoming:", "server: forgets a transfer that nothing is heard of"],
  ["load:", "server: asks the store again for a state"],
  ["write:", "server: sends a write again"],
  ["rejoin", "server: asks the coordinator again for its players"],
  ["survey", "server: compares its ground with the store's, and replicas with its neighbours"],
  ["entity:", "server: asks the authority again for an item, or gives a trade up"],
  ["escrow:", "server: puts back what nobody took"],
  ["audit", "store: leaves one of the instances of an item"],
  ["copy:", "store: has an item twice, as the workload wants it"],
  ["heartbeat", "server: tells the coordinator of it, and renews its lease (MESH-FT-01)"],
  ["lease", "server: its lease is over"],
  ["replicate", "server: sends backups what has changed, and looks whether primaries are silent (MESH-FT-08)"],
  ["flush", "server: writes soft actions to the store"],
  ["recall", "server: asks backups again for soft actions"],
  ["health", "coordinator: looks for silent servers (MESH-FT-02)"],
  ["rebalance", "coordinator: gives servers that came back their regions"],
  ["seal:", "coordinator: asks the store again to refuse older tokens"],
  ["sweep", "coordinator: asks the servers for their players (MESH-F5-08)"],
  ["resolve:", "coordinator: asks again who has a player with two owners"],
  ["disk", "store: tries the disk again"],
  ["raft.election", "coordinator: wants to lead after a silence"],
  ["raft.heartbeat", "coordinator: lets the others know that it leads"],
  ["raft.batch", "coordinator: sends what has waited for more (group commit)"],
  ["raft.disk", "coordinator: tries the disk again"],
  ["arrive", "player: begins a session"],
  ["leave", "player: ends a session"],
  ["ask", "player: asks again for a place or a welcome"],
  ["step", "player: walks"],
  ["act", "player: acts"],
  ["again", "player: repeats what was not answered"],
  ["command:", "operator: types a command"],
  ["scrape", "monitor: asks everybody for metrics"],
  ["answers", "monitor: asks those again who have not answered, or takes them to be down"],
]);

const defence = (name: string, about: string, ...protects: readonly string[]): DefenceSpec => ({
  setting: `defence.${name}`,
  about,
  protects,
  shownBy: `mesh/defences#without-${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
});

/** What each is worth, and the interleaving that shows it: README.md. */
const defences: readonly DefenceSpec[] = [
  defence("attemptCheck", "late messages of other attempts and transfers are ignored", "A7", "MESH-INV-07"),
  defence("fencing", "the store refuses tokens below the highest it has seen", "A1", "A2", "MESH-INV-04"),
  defence("sealBeforeGrant", "the store is sealed before a grant commits", "A1", "A2"),
  defence("checksum", "a state that was damaged on its way is not adopted", "MESH-INV-07", "MESH-INV-03"),
  defence("stateGuard", "the state does not change unseen while it moves", "MESH-INV-03", "MESH-INV-07"),
  defence("idempotency", "a repeated action has one effect", "A8"),
  defence("sessionOrder", "a session's actions take effect in order", "A10"),
  defence("durableGrants", "the coordinator answers only what its disk has", "A3"),
  defence("ackAfterStore", "done is said once the store has it", "A9"),
  defence("watchdog", "a stuck transfer is rolled back", "MESH-INV-06"),
  defence("clientTokenCheck", "clients ignore servers that have lost them", "A5"),
  defence("suspension", "nothing is written in a suspended region", "P4"),
  defence("itemLedger", "an item is picked up from the ground only", "I1"),
  defence("quorum", "the coordinator answers what a majority has", "A3", "MESH-INV-04"),
  defence("itemFencing", "the store refuses changes of ground under an old epoch", "A1-items"),
  defence("replicaGuard", "replicas are read-only", "I3", "A1-items"),
  defence("tradeWhole", "both legs of a trade take effect, or none", "I4"),
];

export const mesh: System<MeshSettings, MeshWorkload, MeshMessage, JudgedFact, MeshView> = {
  name: "mesh",
  title: "Server mesh with authority transfer",
  roles: meshRoles,
  messages: meshMessages,
  timers,
  settings: meshSettings,
  workload: meshWorkload,
  defences,
  explain: meshContradictions,
  requirements: meshRequirements,
  nodes: meshNodes,
  settleUs: meshSettleUs,
  model: () => meshModel,
  properties: ({ settings }) => meshProperties(settings),
  measures: meshMeasures,
  history: meshHistorian,
  scraping: meshScraping,
  hunt: meshHunt,
  claims: meshClaims,
  tell: tellMesh,
  spans: meshSpans,
  describe: describeMesh,
};
