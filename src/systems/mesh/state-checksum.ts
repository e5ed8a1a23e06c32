// Whether two servers mean the same state: a checksum that does not depend on the order of keys, and the difference
// when it fails.

import { equalPlain } from "../../base/plain-data.ts";
import { PlainHasher } from "../../base/plain-hash.ts";
import type { PlayerState } from "./player-state.ts";

/** 16 hexadecimal digits. `stamp`: with a timestamp in it, both sides must also agree on the time (X-M-13). */
export function checksumOf(state: PlayerState, stamp?: number): string {
  const hasher = new PlainHasher();
  hasher.hash(stamp === undefined ? { state } : { state, stamp });
  return hex(hasher.first) + hex(hasher.second);
}

/** The fields in which two states differ, with both values: the root-cause record of MESH-F4-06. */
export function differenceOf(sent: PlayerState, received: PlayerState): readonly string[] {
  const fields = ["version", "x", "score", "items", "session", "sequence"] as const;
  return fields
    .filter((field) => !equalPlain(sent[field], received[field]))
    .map((field) => `${field}: sent ${shown(sent[field])}, received ${shown(received[field])}`);
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

const shown = (value: number | readonly string[]): string =>
  typeof value === "number" ? String(value) : `[${value.join(" ")}]`;
