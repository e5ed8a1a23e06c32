// Whether two servers mean the same state: a checksum that does not depend on the order of keys, and the difference
// when it fails.

import { equalPlain } from "../../base/plain-data.ts";
import { PlainHasher } from "../../base/plain-hash.ts";
import type { PlayerState } from "./player-state.ts";

/** Computes checksums. Equal states have equal ones, whoever computes them and whatever came before. */
export class Checksums {
  readonly #hasher = new PlainHasher();

  /** 16 hexadecimal digits. `stamp`: with a timestamp in it, both sides must also agree on the time (X-M-13). */
  of(state: PlayerState, stamp?: number): string {
    this.#hasher.hash(stamp === undefined ? { state } : { state, stamp });
    return hex(this.#hasher.first) + hex(this.#hasher.second);
  }
}

/** The fields in which two states differ, with both values: the root-cause record of MESH-F4-06. */
export function differenceOf(sent: PlayerState, received: PlayerState): readonly string[] {
  const fields = ["version", "x", "score", "items", "session", "sequence"] as const;
  const kept = fields
    .filter((field) => !equalPlain(sent[field], received[field]))
    .map((field) => `${field}: sent ${shown(sent[field])}, received ${shown(received[field])}`);
  return equalPlain(sent.lineage, received.lineage) ? kept : [...kept, "lineage"];
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

const shown = (value: number | readonly string[]): string =>
  typeof value === "number" ? String(value) : `[${value.join(" ")}]`;
