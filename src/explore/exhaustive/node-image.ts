// One node of a small world as a value: machine, clocks, timers and disk. Nothing in an image ever changes.

/** Armed, and when it is due on the node's own clock. */
interface ArmedTimer {
  readonly timer: string;
  readonly dueUs: number;
}

interface Write {
  readonly file: string;
  /** True: `records` replace the file. False: they are added to it. */
  readonly whole: boolean;
  readonly records: readonly unknown[];
}

interface PendingSync {
  readonly sync: string;
  /** Of the writes that are not durable yet, so many are covered. */
  readonly covers: number;
}

export interface NodeImage {
  /** What the machine remembers; null: the node is down. */
  readonly state: object | null;
  readonly incarnation: number;
  /** The node's own time. Only its own timers let it go on. */
  readonly nowUs: number;
  readonly bootedUs: number;
  /** In the order in which they fire. */
  readonly timers: readonly ArmedTimer[];
  readonly durable: ReadonlyMap<string, readonly unknown[]>;
  readonly volatile: readonly Write[];
  readonly syncs: readonly PendingSync[];
  /** Firings that are left to this node. */
  readonly timersLeft: number;
}

/** An image that is being changed, before it becomes one. */
export type Draft = { -readonly [Field in keyof NodeImage]: NodeImage[Field] };

export const neverBooted = (startUs: number): NodeImage => ({
  state: null,
  incarnation: -1,
  nowUs: startUs,
  bootedUs: startUs,
  timers: [],
  durable: new Map(),
  volatile: [],
  syncs: [],
  timersLeft: Infinity,
});

export function armTimer(draft: Draft, timer: string, dueUs: number): void {
  const others = draft.timers.filter((armed) => armed.timer !== timer);
  const later = others.findIndex((armed) => armed.dueUs > dueUs);
  const at = later === -1 ? others.length : later;
  draft.timers = [...others.slice(0, at), { timer, dueUs }, ...others.slice(at)];
}

export function cancelTimer(draft: Draft, timer: string): void {
  draft.timers = draft.timers.filter((armed) => armed.timer !== timer);
}

export function write(draft: Draft, file: string, records: readonly unknown[], whole: boolean): void {
  draft.volatile = [...draft.volatile, { file, records, whole }];
}

export function beginSync(draft: Draft, sync: string): void {
  draft.syncs = [...draft.syncs, { sync, covers: draft.volatile.length }];
}

/** The first sync under way is through: what it covers is durable. Returns its name. */
export function completeSync(draft: Draft): string {
  const [{ sync, covers }, ...others] = draft.syncs;
  const durable = new Map(draft.durable);
  for (const { file, records, whole } of draft.volatile.slice(0, covers)) {
    durable.set(file, whole ? records : [...(durable.get(file) ?? []), ...records]);
  }
  draft.durable = durable;
  draft.volatile = draft.volatile.slice(covers);
  draft.syncs = others.map((other) => ({ ...other, covers: Math.max(0, other.covers - covers) }));
  return sync;
}

/** Everything is gone but what is durable. Returns how many records were not. */
export function goDown(draft: Draft): number {
  const lost = draft.volatile.reduce((sum, { records }) => sum + records.length, 0);
  draft.state = null;
  draft.timers = [];
  draft.volatile = [];
  draft.syncs = [];
  return lost;
}
