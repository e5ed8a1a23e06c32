// Which directed links are cut, and by which strikes: overlapping partitions nest.

const SEVERAL = -1;

export interface CutsCheckpoint {
  readonly cuts: readonly (readonly [link: number, strikes: readonly number[]])[];
}

export class Cuts {
  readonly #nodes: number;
  /** By sender and receiver: 0 open, a strike, or SEVERAL. Rows are made when needed. */
  #rows: (Int32Array | undefined)[];
  readonly #several = new Map<number, readonly number[]>();
  /** Links that are cut. */
  count = 0;

  constructor(nodes: number) {
    this.#nodes = nodes;
    this.#rows = new Array<undefined>(nodes).fill(undefined);
  }

  isCut(from: number, to: number): boolean {
    if (this.count === 0) return false;
    const row = this.#rows[from];
    return row !== undefined && row[to] !== 0;
  }

  /** The strikes that cut a link, in the order in which they did. */
  strikesOf(from: number, to: number): readonly number[] {
    const strike = this.#rows[from]?.[to] ?? 0;
    if (strike === SEVERAL) return this.#several.get(from * this.#nodes + to) ?? [];
    return strike === 0 ? [] : [strike];
  }

  cut(strike: number, from: number, to: number): void {
    this.#set(from, to, [...this.strikesOf(from, to), strike]);
  }

  /** Takes back one cut of this strike; the link is open when no other remains. */
  mend(strike: number, from: number, to: number): void {
    const strikes = [...this.strikesOf(from, to)];
    const at = strikes.indexOf(strike);
    if (at < 0) return;
    strikes.splice(at, 1);
    this.#set(from, to, strikes);
  }

  mendAll(): void {
    this.#rows = new Array<undefined>(this.#nodes).fill(undefined);
    this.#several.clear();
    this.count = 0;
  }

  checkpoint(): CutsCheckpoint {
    const cuts: [number, readonly number[]][] = [];
    this.#rows.forEach((row, from) => {
      row?.forEach((strike, to) => {
        if (strike !== 0) cuts.push([from * this.#nodes + to, this.strikesOf(from, to)]);
      });
    });
    return { cuts };
  }

  restore(from: CutsCheckpoint): void {
    this.mendAll();
    for (const [link, strikes] of from.cuts) this.#set(Math.floor(link / this.#nodes), link % this.#nodes, strikes);
  }

  #set(from: number, to: number, strikes: readonly number[]): void {
    const row = (this.#rows[from] ??= new Int32Array(this.#nodes));
    const before = row[to];
    row[to] = strikes.length > 1 ? SEVERAL : (strikes[0] ?? 0);
    this.count += Number(row[to] !== 0) - Number(before !== 0);
    if (strikes.length > 1) this.#several.set(from * this.#nodes + to, strikes);
    else this.#several.delete(from * this.#nodes + to);
  }
}
