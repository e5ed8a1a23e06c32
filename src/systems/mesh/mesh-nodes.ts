// Which machine each declared node runs.

import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import type { NodeSpec } from "../../machine/machine.ts";
import type { RoleSpec, SystemInput } from "../system.ts";
import { Coordinator } from "./coordinator.ts";
import type { MeshFact } from "./facts.ts";
import type { MeshMessage } from "./messages.ts";
import { Metered } from "./monitoring/metered.ts";
import type { Load } from "./monitoring/meters.ts";
import { Monitor } from "./monitoring/monitor.ts";
import { Operator } from "./operator.ts";
import { Player } from "./player.ts";
import { firstMap, Server } from "./server.ts";
import type { MeshSettings } from "./settings.ts";
import { Checksums } from "./state-checksum.ts";
import { Store } from "./store.ts";
import { regionCount, type Topology } from "./topology.ts";
import { itemNames, itemsLaid, type MeshWorkload, personOf } from "./workload.ts";

export type MeshInput = SystemInput<MeshSettings, MeshWorkload>;
type MeshNode = NodeSpec<MeshMessage, MeshFact>;

export const meshRoles: readonly RoleSpec[] = [
  {
    role: "coordinator",
    group: "coordinators",
    about: "keeps the register of authority, by majority with the others",
    countDefault: 3,
    countMin: 1,
    countMax: 7,
    countIsOdd: true,
  },
  { role: "store", group: "stores", about: "makes effects durable", countDefault: 1, countMin: 1, countMax: 1 },
  {
    role: "server",
    group: "servers",
    about: "runs one region of the world",
    countDefault: 3,
    countMin: 1,
    countMax: 10_000,
  },
  { role: "player", group: "players", about: "walks and acts", countDefault: 6, countMin: 0, countMax: 1_000_000 },
  {
    role: "operator",
    group: "operators",
    about: "types the commands of the workload",
    countDefault: 1,
    countMin: 0,
    countMax: 1,
  },
  {
    role: "monitor",
    group: "monitors",
    about: "asks everybody for metrics, and raises alerts",
    countDefault: 1,
    countMin: 0,
    countMax: 1,
  },
];

function topologyOf({ nodes, settings }: Pick<MeshInput, "nodes" | "settings">): Topology {
  const coordinators = nodes.get("coordinator") ?? [];
  const store = nodes.get("store")?.[0];
  const servers = nodes.get("server") ?? [];
  assert(coordinators.length > 0 && store !== undefined, "a mesh has a coordinator and a store");
  assert(servers.length > 0, "a mesh has a server");
  const members = new Set([...nodes.values()].flat());
  const operator = nodes.get("operator")?.[0] ?? null;
  return { coordinators, store, servers, operator, members, width: settings.region.width };
}

/** A coordinator transfers nobody. */
const idle: Load = { queued: 0, slotsTaken: 0, slots: 1 };

const loadOf = ({ state }: Server, { transfer }: MeshSettings): Load => ({
  queued: state.queue.length + state.waiting.length,
  slotsTaken: state.slots.size,
  slots: transfer.slots,
});

export function meshNodes(input: MeshInput): readonly MeshNode[] {
  const { settings, workload } = input;
  const topology = topologyOf(input);
  const items = itemNames(workload.items);
  const regions = regionCount(topology.servers.length, settings.region.spares);
  const stock = { items: itemsLaid(workload, regions, topology.width), copies: workload.copies };
  const others = input.nodes.get("player") ?? [];
  const checksums = new Checksums();
  const map = firstMap(topology, settings);
  const isMonitored = (input.nodes.get("monitor") ?? []).length > 0;
  const servers = new Set(topology.servers);
  const nobody: ReadonlySet<NodeId> = new Set();
  const starts: { readonly [role: string]: (id: NodeId, ordinal: number) => MeshNode["start"] } = {
    coordinator: (id) => () => {
      const coordinator = new Coordinator(id, topology, settings);
      return isMonitored ? new Metered(coordinator, nobody, () => idle) : coordinator;
    },
    store: () => () => new Store(topology, settings, stock),
    server: (id) => () => {
      const server = new Server(id, topology, settings, checksums, map);
      return isMonitored ? new Metered(server, servers, () => loadOf(server, settings)) : server;
    },
    player: (self, ordinal) => {
      const person = personOf(workload, self);
      return () => new Player({ self, ordinal, person, items, others, topology, settings });
    },
    operator: () => () => new Operator(topology, workload),
    monitor: () => () => new Monitor(topology, settings.monitoring),
  };
  return meshRoles.flatMap(({ role }) =>
    (input.nodes.get(role) ?? []).map((id, ordinal) => {
      const start = starts[role];
      assert(start !== undefined, "every role has a machine");
      return { id, role, ordinal, start: start(id, ordinal) };
    }),
  );
}
