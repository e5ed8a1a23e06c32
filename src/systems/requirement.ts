// What a system has to do, in one line each: the catalogue that scenarios, properties, figures, settings and tests cite.

/** What kind of thing a requirement asks for. */
export type RequirementKind =
  | "behaviour"
  | "parameter"
  | "claim"
  | "invariant"
  | "metric"
  | "interface"
  | "procedure"
  | ContradictionKind;

/**
 * What is done where documents disagree or are silent: a setting has both readings; both readings are run; the claim
 * cannot be had as it stands; one definition is fixed; it can be seen without a run; the faulty variant is kept, to be
 * caught; a scenario shows what happens.
 */
const contradictionKinds = [
  "setting",
  "both readings",
  "not reproducible",
  "definition",
  "finding",
  "mutant",
  "scenario",
] as const;

type ContradictionKind = (typeof contradictionKinds)[number];

export interface Requirement {
  /** Such as "MESH-F1-01": two digits at the end, unique among all systems. */
  readonly id: string;
  /** At least one. */
  readonly kinds: readonly RequirementKind[];
  /** What is asked for, or where the documents disagree, in one line. */
  readonly says: string;
  /** The figures it names, as a person writes them. */
  readonly numbers?: string;
  /** Why nothing will ever show it: nothing may cite it then. */
  readonly never?: string;
  /** What it takes to show it, of one that nothing shows yet. */
  readonly awaits?: string;
}

/** Requirements that belong together. */
export interface RequirementSection {
  readonly title: string;
  readonly requirements: readonly Requirement[];
}

export function requirement(
  id: string,
  kinds: RequirementKind | readonly RequirementKind[],
  says: string,
  numbers?: string,
): Requirement {
  return {
    id,
    kinds: typeof kinds === "string" ? [kinds] : kinds,
    says,
    ...(numbers === undefined ? {} : { numbers }),
  };
}

/** Whether it is about documents that disagree, rather than something they ask for. */
export const isContradiction = ({ kinds }: Requirement): boolean =>
  kinds.some((kind) => (contradictionKinds as readonly RequirementKind[]).includes(kind));
