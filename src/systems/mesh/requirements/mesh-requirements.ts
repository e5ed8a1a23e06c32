// Everything the documents ask of the mesh, section by section, and everything they contradict each other about.

import type { RequirementSection } from "../../requirement.ts";
import {
  acrossDocuments,
  contradictionsOfFailover,
  contradictionsOfOperation,
  contradictionsOfTransfers,
} from "./contradictions.ts";
import { failureModes, graveFailureModes, recovery } from "./failure-modes.ts";
import { faultTolerance } from "./fault-tolerance.ts";
import { invariants } from "./invariants.ts";
import { monitoring } from "./monitoring.ts";
import { principles } from "./principles.ts";

export const meshRequirements: readonly RequirementSection[] = [
  principles,
  failureModes,
  graveFailureModes,
  recovery,
  monitoring,
  faultTolerance,
  invariants,
  acrossDocuments,
  contradictionsOfTransfers,
  contradictionsOfFailover,
  contradictionsOfOperation,
];
