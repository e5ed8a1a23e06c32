// What must hold in every run of the mesh (requirements 1.5).

import { requirement, type RequirementSection } from "../../requirement.ts";

export const invariants: RequirementSection = {
  title: "Invariants",
  requirements: [
    requirement("MESH-INV-01", "invariant", "at most one server acts for a player at any instant", "<= 1"),
    requirement("MESH-INV-02", "invariant", "an item is in at most one place: ground, inventory or in flight", "<= 1"),
    requirement("MESH-INV-03", "invariant", "no item and no acknowledged action vanishes", "0"),
    requirement("MESH-INV-04", "invariant", "tokens rise with grants, and nothing accepts one below what it has seen"),
    requirement("MESH-INV-05", "invariant", "no owner acts past its lease, and grants do not overlap within the drift"),
    requirement(
      "MESH-INV-06",
      "invariant",
      "every transfer ends within the bound once faults stop",
      "10 s and a sweep",
    ),
    requirement("MESH-INV-07", "invariant", "a completed transfer leaves the state it was given at the cut"),
    requirement("MESH-INV-08", "invariant", "a region gets its primary and two synced backups once it can", "2"),
    requirement("MESH-INV-09", "invariant", "a kept action takes effect at most once, and once if kept within bounds"),
    requirement("MESH-INV-10", "invariant", "nothing is left of a finished transfer: no lock, timer or buffer", "0"),
    requirement("MESH-INV-11", "invariant", "live servers come to agree on whose each region is"),
    requirement("MESH-INV-12", "invariant", "one seed and configuration give one trace, byte for byte"),
  ],
};
