// Threads of a process in a Perfetto trace: each slice gets one on which nothing else is drawn at that time.

/** A slice that is not over. */
export interface OpenSlice {
  readonly name: string;
  readonly sinceUs: number;
  readonly tid: number;
  readonly category: string;
  /** Nothing that a process said of itself outlives it. */
  readonly endsWithProcess: boolean;
}

interface Lane {
  readonly tid: number;
  isTaken: boolean;
}

export class Lanes {
  readonly #named: (tid: number, name: string) => void;
  readonly #groups = new Map<string, Lane[]>();
  /** By group and what it is about. Of several about the same the first to begin is the first to end. */
  readonly #open = new Map<string, OpenSlice[]>();
  #tid: number;

  /** `named` hears of each new thread, before anything is drawn on it; they are numbered from `firstTid` up. */
  constructor(firstTid: number, named: (tid: number, name: string) => void) {
    this.#tid = firstTid;
    this.#named = named;
  }

  /** A thread on which nothing lasts. */
  threadOf(name: string): number {
    const lanes = this.#lanesOf(name);
    return (lanes[0] ?? this.#added(name, lanes)).tid;
  }

  /** What is open; of several the first that began. */
  openOf(group: string, about: string): OpenSlice | undefined {
    return this.#open.get(keyOf(group, about))?.[0];
  }

  begin(group: string, about: string, slice: Omit<OpenSlice, "tid">): void {
    const lanes = this.#lanesOf(group);
    const lane = lanes.find(({ isTaken }) => !isTaken) ?? this.#added(group, lanes);
    lane.isTaken = true;
    const key = keyOf(group, about);
    const open = this.#open.get(key) ?? [];
    open.push({ ...slice, tid: lane.tid });
    this.#open.set(key, open);
  }

  /** Undefined: nothing of that is open. */
  end(group: string, about: string): OpenSlice | undefined {
    const key = keyOf(group, about);
    const open = this.#open.get(key);
    const slice = open?.shift();
    if (slice === undefined) return undefined;
    if (open?.length === 0) this.#open.delete(key);
    this.#free(slice);
    return slice;
  }

  /** Everything that is open, or only what ends with its process: the earliest first. */
  endAll(which: "all" | "ofProcess"): readonly OpenSlice[] {
    const ended: OpenSlice[] = [];
    for (const [key, slices] of this.#open) {
      const left = slices.filter(({ endsWithProcess }) => which === "ofProcess" && !endsWithProcess);
      ended.push(...slices.filter((slice) => !left.includes(slice)));
      if (left.length === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    }
    for (const slice of ended) this.#free(slice);
    return ended.toSorted((a, b) => a.sinceUs - b.sinceUs || a.tid - b.tid);
  }

  #free({ tid }: OpenSlice): void {
    for (const lanes of this.#groups.values()) {
      const lane = lanes.find((one) => one.tid === tid);
      if (lane !== undefined) lane.isTaken = false;
    }
  }

  #lanesOf(group: string): Lane[] {
    const known = this.#groups.get(group) ?? [];
    this.#groups.set(group, known);
    return known;
  }

  #added(group: string, lanes: Lane[]): Lane {
    const lane = { tid: this.#tid++, isTaken: false };
    lanes.push(lane);
    this.#named(lane.tid, lanes.length === 1 ? group : `${group} ${lanes.length}`);
    return lane;
  }
}

const keyOf = (group: string, about: string): string => `${group}\u0000${about}`;
