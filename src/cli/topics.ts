// What `faultline list` can list.

export const topics = [
  "scenarios",
  "studies",
  "systems",
  "faults",
  "links",
  "invariants",
  "figures",
  "settings",
  "messages",
  "timers",
  "defences",
  "mutants",
  "requirements",
] as const;

export type Topic = (typeof topics)[number];

/** As typed: a list of items, or the one schema of scenario files. */
export const topicNames: readonly string[] = [...topics, "schema"];
