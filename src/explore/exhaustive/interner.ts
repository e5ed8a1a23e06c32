// Numbers for values of plain data: equal values have one number, so that states of a world are compared as integers.

import { assert } from "../../base/assert.ts";
import { plainDigest } from "../../base/plain-hash.ts";

/** Equality is that of 64-bit fingerprints: two different values in one walk are taken for one by accident only. */
export class Interner<T> {
  readonly #ids = new Map<string, number>();
  readonly #values: (T | undefined)[] = [];
  readonly #digests: string[] = [];

  /** @param identity what two values have to agree in to be one. */
  idOf(value: T, identity: unknown = value): number {
    const digest = plainDigest(identity);
    const known = this.#ids.get(digest);
    const id = known ?? this.#reserve(digest);
    if (this.#values[id] === undefined) this.#values[id] = value;
    return id;
  }

  valueOf(id: number): T {
    const value = this.#values[id];
    assert(value !== undefined, "a number stands for a value that was met");
    return value;
  }

  digestOf(id: number): string {
    return this.#digests[id];
  }

  /** Fingerprints in order of their numbers. */
  digests(): readonly string[] {
    return this.#digests;
  }

  /** Numbers as they were in another walk; the values come when they are met. */
  restore(digests: readonly string[]): void {
    for (const [id, digest] of digests.entries()) {
      const known = this.#ids.get(digest) ?? this.#reserve(digest);
      assert(known === id, "what was met before a walk went on has the number it had");
    }
  }

  #reserve(digest: string): number {
    const id = this.#digests.length;
    this.#ids.set(digest, id);
    this.#digests.push(digest);
    return id;
  }
}
