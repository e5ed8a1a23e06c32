// Damage to the content of a message: one field replaced or altered, or bytes of its encoding changed at random.

import { canonicalJson, parseCanonical } from "../../base/canonical-json.ts";
import { clonePlain, setField } from "../../base/plain-data.ts";
import { compareValues } from "../../base/plain-order.ts";
import type { Stream } from "../../kernel/streams.ts";
import type { Message } from "../../machine/message.ts";

type Container = Record<string, unknown> | unknown[] | Map<unknown, unknown>;

/** A place within a value: what holds it, and under which key. */
interface Place {
  readonly holder: Container;
  readonly key: unknown;
}

/** Whether a message has this field: keys and array places separated by dots, such as "state.position.0". */
export function hasField(message: Message, field: string): boolean {
  return placeOf(message, field) !== undefined;
}

/** A copy in which exactly this field holds `to`. */
export function withField(message: Message, field: string, to: unknown): Message {
  return changedAt(message, field, () => to);
}

/** A copy in which exactly this field, or one drawn leaf below it, differs from before. */
export function withDamagedField(message: Message, field: string, stream: Stream): Message {
  return changedAt(message, field, (value) => damaged(value, stream));
}

/** What a receiver decodes after one drawn byte of the frame was changed; undefined: it cannot be decoded. */
export function withDamagedBytes(message: Message, stream: Stream): Message | undefined {
  const text = canonicalJson(message);
  const at = stream.below(text.length);
  // Any other of the 128 characters of ASCII may arrive instead.
  const unit = (text.charCodeAt(at) + 1 + stream.below(127)) % 128;
  const parsed = parseCanonical(text.slice(0, at) + String.fromCharCode(unit) + text.slice(at + 1));
  return parsed.type === "parsed" && isMessage(parsed.value) ? parsed.value : undefined;
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function changedAt(message: Message, field: string, change: (value: unknown) => unknown): Message {
  // What was shared within the original would be shared in the copy too, and change in two places: so it is spelt out.
  const copy = unshared(message);
  const place = placeOf(copy, field);
  if (place !== undefined) put(place, change(get(place)));
  return copy;
}

function unshared<T>(value: T): T {
  const copy = clonePlain(value);
  separate(copy, new Set());
  return copy;
}

/** Gives every container below `value` a single holder. */
function separate(value: unknown, seen: Set<unknown>): void {
  if (!isContainer(value)) return;
  for (const key of keysOf(value)) {
    const place = { holder: value, key };
    const part = get(place);
    if (!isContainer(part) && !(part instanceof Set)) continue;
    if (seen.has(part)) put(place, clonePlain(part));
    seen.add(get(place));
    separate(get(place), seen);
  }
}

function placeOf(message: Message, field: string): Place | undefined {
  let holder: unknown = message;
  let place: Place | undefined;
  for (const word of field.split(".")) {
    if (!isContainer(holder)) return undefined;
    const key = keysOf(holder).find((candidate) => String(candidate) === word);
    if (key === undefined) return undefined;
    place = { holder, key };
    holder = get(place);
  }
  return place;
}

/** The value, other than it was: a low bit, a character, a truth, or a drawn leaf of something larger. */
function damaged(value: unknown, stream: Stream): unknown {
  switch (typeof value) {
    case "number":
      return damagedNumber(value);
    case "string":
      return damagedText(value, stream);
    case "boolean":
      return !value;
    case "object":
      return value === null ? false : damagedObject(value, stream);
    default:
      return null;
  }
}

function damagedNumber(value: number): number {
  if (!Number.isSafeInteger(value)) return 0;
  return value % 2 === 0 ? value + 1 : value - 1;
}

function damagedText(text: string, stream: Stream): string {
  if (text === "") return "?";
  const at = stream.below(text.length);
  const unit = text.charCodeAt(at);
  // Flipping the lowest bit leaves letters letters and digits digits; half a pair of surrogates is not kept.
  const other = unit >= 0xd800 && unit <= 0xdfff ? "?" : String.fromCharCode(unit ^ 1);
  return text.slice(0, at) + other + text.slice(at + 1);
}

function damagedObject(value: object, stream: Stream): unknown {
  const leaves = leavesOf(value);
  const leaf = leaves[leaves.length > 1 ? stream.below(leaves.length) : 0];
  if (leaf === undefined) return null;
  put(leaf, damaged(get(leaf), stream));
  return value;
}

/** Everything within that holds nothing further, in a fixed order. */
function leavesOf(value: unknown): readonly Place[] {
  if (!isContainer(value)) return [];
  return keysOf(value).flatMap((key): readonly Place[] => {
    const place: Place = { holder: value, key };
    const below = leavesOf(get(place));
    return below.length > 0 ? below : [place];
  });
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null && !(value instanceof Set);
}

function keysOf(holder: Container): readonly unknown[] {
  if (Array.isArray(holder)) return holder.map((_, at) => at);
  const keys = holder instanceof Map ? [...holder.keys()] : Object.keys(holder);
  return keys.sort(compareValues);
}

function get({ holder, key }: Place): unknown {
  if (holder instanceof Map) return holder.get(key);
  if (Array.isArray(holder)) return holder[Number(key)];
  return holder[String(key)];
}

function put({ holder, key }: Place, value: unknown): void {
  if (holder instanceof Map) holder.set(key, value);
  else if (Array.isArray(holder)) holder[Number(key)] = value;
  else setField(holder, String(key), value);
}
