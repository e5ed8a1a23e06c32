// Who becomes a region's backup: looked for among thousands without looking through all of them.
import { test as property, fc } from "@fast-check/vitest";
import { expect, test } from "vitest";

import { nodeId, type NodeId } from "../../../src/base/ids.ts";
import { freshMap, settled, type RegionMap } from "../../../src/systems/mesh/region-map.ts";

const names = (count: number): readonly NodeId[] =>
  Array.from({ length: count }, (_, at) => nodeId(`server-${at + 1}`));

/** As the rule reads: of those that are up, whoever follows the fewest regions and comes first. */
function byTheRule(map: RegionMap, count: number): readonly (readonly NodeId[])[] {
  const up = [...map.standings].flatMap(([server, standing]) => (standing === "up" ? [server] : []));
  const kept = map.regions.map(({ server, backups }) =>
    backups.filter((backup) => backup !== server && up.includes(backup)).slice(0, count),
  );
  for (const [region, { server }] of map.regions.entries()) {
    while (kept[region].length < count) {
      const able = up.filter((one) => one !== server && !kept[region].includes(one));
      const follows = (one: NodeId): number => kept.flat().filter((backup) => backup === one).length;
      const fewest = Math.min(...able.map((one) => follows(one)));
      const next = able.find((one) => follows(one) === fewest);
      if (next === undefined) break;
      kept[region].push(next);
    }
  }
  return kept;
}

const none: ReadonlyMap<NodeId, number> = new Map();
const backupsIn = (map: RegionMap): readonly (readonly NodeId[])[] => map.regions.map(({ backups }) => backups);

property.prop(
  {
    servers: fc.integer({ min: 1, max: 9 }),
    spares: fc.integer({ min: 0, max: 2 }),
    count: fc.integer({ min: 0, max: 4 }),
    downs: fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 }), { maxLength: 4 }),
  },
  { seed: 20261123, numRuns: 500 },
)("backups are those that the rule names, whoever goes and comes back", ({ servers, spares, count, downs }) => {
  let map = freshMap(names(servers), Math.min(spares, servers - 1), count);
  expect(backupsIn(map)).toEqual(
    byTheRule({ ...map, regions: map.regions.map((one) => ({ ...one, backups: [] })) }, count),
  );
  for (const down of downs) {
    const standings = new Map(map.standings);
    for (const server of names(servers)) standings.set(server, down.includes(Number(server.slice(7))) ? "down" : "up");
    const struck: RegionMap = { ...map, standings };
    map = settled(struck, none, count);
    expect(backupsIn(map)).toEqual(
      byTheRule(
        { ...struck, regions: map.regions.map((one, at) => ({ ...one, backups: struck.regions[at].backups })) },
        count,
      ),
    );
  }
});

test("nobody follows a second region while a spare follows none", () => {
  const map = freshMap(names(4), 1, 1);
  expect(backupsIn(map)).toEqual([["server-2"], ["server-1"], ["server-4"]].map((one) => one.map(nodeId)));
});
