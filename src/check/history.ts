// Client-visible operations, for linearizability checkers and `--history` (DESIGN §7).

/** One line of a history file. `process` is a client under one name; after `info` it goes on under a new name. */
export interface HistoryEntry {
  readonly process: string;
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly op: string;
  readonly key: string;
  readonly value: unknown;
  /** True time, microseconds, non-decreasing over the file. */
  readonly time: number;
  readonly error?: string;
}
