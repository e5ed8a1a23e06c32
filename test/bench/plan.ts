// Everything that the bench measures, in the order of its report.

import { memorySection } from "./sections/memory-section.ts";
import { huntSection, meshSection, planetSection } from "./sections/mesh-section.ts";
import { pholdSections } from "./sections/phold-section.ts";
import { pingSections } from "./sections/ping-section.ts";
import { nodeJob, type Extent, type Group, type Section } from "./sections/section.ts";

export const groups: readonly Group[] = ["phold", "ping", "mesh", "planet", "memory"];

export const reference = nodeJob("reference", "reference", { nodes: 0, warmup: 0, timed: 0 });

export function plan(extent: Extent): readonly Section[] {
  return [
    ...pholdSections(extent),
    ...pingSections(extent),
    meshSection(extent),
    planetSection(extent),
    huntSection(extent),
    memorySection(extent),
  ];
}
