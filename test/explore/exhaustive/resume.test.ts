// A walk through a small world that was ended early, gone on with in the same world and in no other.
import { expect, test } from "vitest";

import { type Bounds, boundsDefault } from "../../../src/explore/exhaustive/bounds.ts";
import { belongsTo, explore, type ExploreFile, setUp, type SetUp } from "../../../src/explore/exhaustive/explore.ts";
import { plantedSystem } from "../../../src/mutants/plant.ts";
import { systemNamed } from "../../../src/systems/registry.ts";
import { storyNamed } from "../../laws/stories.ts";

const mesh = systemNamed("mesh");
const bounds: Bounds = { ...boundsDefault, timers: new Map([["server", 1]]), duplicates: 1 };

const asked = (change: Partial<Bounds> = {}, statesMax = 100_000, system = mesh) => ({
  scenario: storyNamed("mesh/transfer"),
  system,
  bounds: { ...bounds, ...change },
  from: "transferStarted",
  walk: { depthMax: undefined, statesMax, order: "depth", reduces: true } as const,
});

function ground(request = asked()): SetUp {
  const found = setUp(request);
  if (found === undefined) throw new Error("a transfer starts in a quiet world");
  return found;
}

function walked(request = asked(), resume?: ExploreFile) {
  const here = ground(request);
  if (resume !== undefined && !belongsTo(here, resume)) throw new Error("it is the same world");
  const going = explore(request, here, resume);
  for (;;) {
    const next = going.next(true);
    if (next.done === true) return next.value;
  }
}

test("goes on where it was, and only there", { timeout: 60_000 }, () => {
  const { file } = walked(asked({}, 1_000));
  if (file === undefined) throw new Error("a walk that met its bound of states can be gone on with");
  expect(walked(asked(), file).result).toEqual(walked().result);

  const others: Partial<Bounds>[] = [{ duplicates: 0 }, { duplicates: 2 }, { crashes: 1 }, { drops: 1 }];
  expect(others.filter((other) => belongsTo(ground(asked(other)), file))).toEqual([]);
  const planted = plantedSystem(mesh, "mesh/confirm-before-grant") ?? mesh;
  expect(belongsTo(ground(asked({}, 1_000, planted)), file)).toBe(false);
  const [open, ...rest] = file.walk.open;
  const astray = { ...file, walk: { ...file.walk, open: [{ ...open, path: [999_999] }, ...rest] } };
  expect(belongsTo(ground(), astray)).toBe(false);
});
