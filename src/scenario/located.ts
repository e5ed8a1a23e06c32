// A value that remembers where each part of it was written, so that every mistake can be pointed at.

import { setField } from "../base/plain-data.ts";
import type { Place } from "./problem.ts";

export type Located =
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, Entry>; readonly place: Place }
  | { readonly kind: "list"; readonly items: readonly Located[]; readonly place: Place }
  | { readonly kind: "scalar"; readonly value: string | number | boolean | null; readonly place: Place };

export interface Entry {
  readonly keyPlace: Place;
  readonly value: Located;
}

export type LocatedMap = Extract<Located, { kind: "map" }>;
export type Path = readonly (string | number)[];

/** The value without its places. */
export function plain(located: Located): unknown {
  switch (located.kind) {
    case "scalar":
      return located.value;
    case "list":
      return located.items.map((item) => plain(item));
    case "map": {
      const object = {};
      for (const [key, entry] of located.entries) setField(object, key, plain(entry.value));
      return object;
    }
  }
}

/** What lies at the end of a path, or undefined. */
export function at(located: Located, path: Path): Located | undefined {
  let here: Located | undefined = located;
  for (const step of path) here = here === undefined ? undefined : child(here, step);
  return here;
}

/** The deepest place on a path that was written; `ofKey` points at the last key instead of its value. */
export function placeAt(located: Located, path: Path, ofKey = false): Place {
  let here = located;
  let { place } = located;
  for (const [index, step] of path.entries()) {
    const next = child(here, step);
    if (next === undefined) return place;
    const isLast = index === path.length - 1;
    place = isLast && ofKey && here.kind === "map" ? keyPlace(here, step) : next.place;
    here = next;
  }
  return place;
}

export const entryOf = (map: Located, key: string): Located | undefined =>
  map.kind === "map" ? map.entries.get(key)?.value : undefined;

export const keysOf = (map: Located): readonly string[] => (map.kind === "map" ? [...map.entries.keys()] : []);

/** The same map with `key` set, or taken out when the value is undefined. */
export function withEntry(map: LocatedMap, key: string, value: Located | undefined, place?: Place): LocatedMap {
  const entries = new Map(map.entries);
  if (value === undefined) entries.delete(key);
  else entries.set(key, { keyPlace: place ?? map.entries.get(key)?.keyPlace ?? value.place, value });
  return { ...map, entries };
}

/** Maps are merged key by key; everything else is replaced by what comes later. */
export function merged(base: Located | undefined, later: Located): Located {
  if (base?.kind !== "map" || later.kind !== "map") return later;
  let result = base;
  for (const [key, entry] of later.entries) {
    result = withEntry(result, key, merged(result.entries.get(key)?.value, entry.value), entry.keyPlace);
  }
  return result;
}

/** "faults[2].drop.count": a path as messages and `--set` write it. */
export function printPath(path: Path): string {
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : `${text === "" ? "" : "."}${step}`;
  return text;
}

function child(located: Located, step: string | number): Located | undefined {
  if (located.kind === "map") return located.entries.get(String(step))?.value;
  if (located.kind === "list" && typeof step === "number") return located.items[step];
  return undefined;
}

const keyPlace = (map: LocatedMap, key: string | number): Place => map.entries.get(String(key))?.keyPlace ?? map.place;
