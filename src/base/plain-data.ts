// Plain data: what a state, a message or a record may be made of. Null, booleans, numbers, text, undefined fields, arrays,
// plain objects, and Map and Set whose keys and members are single values. It can be copied, frozen and compared.

import { compareValues } from "./plain-order.ts";

/** Deeper than any value we mean: reached only by a cycle, or by data that no network or disk would take either. */
const DEPTH_MAX = 1000;

/** A value is not plain data: the path says where, such as `state.players[3].callback`. */
export class NotPlainData extends Error {
  override readonly name = "NotPlainData";
  readonly path: string;
  readonly why: string;

  constructor(path: string, why: string) {
    super(`${path === "" ? "the value" : path} is not plain data: ${why}`);
    this.path = path;
    this.why = why;
  }
}

/**
 * An independent copy. What was reached twice in the original is one object in the copy too, so that a machine whose
 * state refers to one player from two places goes on alike from a copy.
 * @throws NotPlainData
 */
export function clonePlain<T>(value: T): T {
  try {
    if (typeof value !== "object" || value === null) return isSingle(value) ? value : refuse(value);
    return cloneObject(value, new Map(), 0) as T;
  } catch (error) {
    throw explained(value, error);
  }
}

/**
 * Makes a value unchangeable to its last part, and returns it: whoever tries has a TypeError. A Map or Set cannot be frozen,
 * so that its own `set`, `add`, `delete` and `clear` refuse.
 * @throws NotPlainData
 */
export function deepFreeze<T>(value: T): T {
  try {
    freezeWithin(value, 0);
  } catch (error) {
    throw explained(value, error);
  }
  return value;
}

/** Whether two values say the same. A field that is undefined is one that is not there; order of keys says nothing. */
export function equalPlain(left: unknown, right: unknown): boolean {
  return left === right || firstDifference(left, right) === undefined;
}

/** Where two values first differ, in order of keys, and what each holds there (undefined: nothing). */
export interface Difference {
  /** Such as `players{"p1"}.items[2].owner`; empty when the values differ as wholes. */
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

/** The first difference of two values of plain data, or undefined when they say the same. */
export function firstDifference(left: unknown, right: unknown): Difference | undefined {
  return differenceAt("", left, right, 0);
}

/** Says where and why a value is not plain data; undefined when it is. */
export function notPlain(value: unknown, root = ""): NotPlainData | undefined {
  return notPlainAt(root, value, []);
}

/** Copies made so far, by their originals. */
type Copies = Map<object, object>;

function cloneObject(value: object, copies: Copies, depth: number): object {
  const known = copies.get(value);
  if (known !== undefined) return known;
  // What contains itself is not among the copies while it is copied: it ends here.
  if (depth > DEPTH_MAX) throw new TooDeep();
  const copy = cloneParts(value, copies, depth + 1);
  copies.set(value, copy);
  return copy;
}

function cloneParts(value: object, copies: Copies, depth: number): object {
  if (Array.isArray(value)) return cloneArray(value, copies, depth);
  if (value instanceof Map) return cloneMap(value, copies, depth);
  if (value instanceof Set) return cloneSet(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return refuse(value);
  // A copy in one piece, whose parts are then exchanged: by far quicker than field by field, and most fields are single.
  const copy = (prototype === null ? Object.assign(Object.create(null), value) : { ...value }) as Record<
    string,
    unknown
  >;
  for (const key in copy) {
    const field = copy[key];
    if (typeof field === "object" && field !== null) setField(copy, key, cloneObject(field, copies, depth));
    else if (!isSingle(field)) refuse(field);
  }
  return copy;
}

function cloneArray(value: readonly unknown[], copies: Copies, depth: number): object {
  const copy = value.slice();
  for (let at = 0; at < copy.length; at++) {
    const part = copy[at];
    if (typeof part === "object" && part !== null) copy[at] = cloneObject(part, copies, depth);
    else if (!isSingle(part)) refuse(part);
  }
  return copy;
}

function cloneMap(value: ReadonlyMap<unknown, unknown>, copies: Copies, depth: number): object {
  const copy = new Map<unknown, unknown>();
  for (const [key, part] of value) {
    copy.set(
      singleKey(key),
      typeof part === "object" && part !== null ? cloneObject(part, copies, depth) : single(part),
    );
  }
  return copy;
}

function cloneSet(value: ReadonlySet<unknown>): object {
  const copy = new Set(value);
  for (const member of copy) singleKey(member);
  return copy;
}

function freezeWithin(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return void single(value);
  if (depth > DEPTH_MAX) throw new TooDeep();
  if (value instanceof Map || value instanceof Set) {
    Object.defineProperties(value, unchangeable);
    for (const [key, part] of value.entries()) {
      singleKey(key);
      freezeWithin(part, depth + 1);
    }
    return;
  }
  if (!Array.isArray(value) && !isPlainObject(value)) refuse(value);
  // What is frozen already was frozen by us to its last part, or holds parts that are not: look at those all the same.
  Object.freeze(value);
  for (const part of Object.values(value)) freezeWithin(part, depth + 1);
}

/** Shadows what changes a Map or Set; no key of these is listed, and copies have none of them. */
const unchangeable: PropertyDescriptorMap = Object.fromEntries(
  ["set", "add", "delete", "clear"].map((name) => [name, { value: refuseChange }]),
);

function refuseChange(): never {
  throw new TypeError("Cannot change a Map or Set that was sent, written or stated: it is frozen");
}

function differenceAt(path: string, left: unknown, right: unknown, depth: number): Difference | undefined {
  if (left === right || (left !== left && right !== right)) return undefined;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
    return { path, left, right };
  }
  if (depth > DEPTH_MAX) return { path, left, right };
  if (Array.isArray(left) && Array.isArray(right)) return arrayDifference(path, left, right, depth);
  if (left instanceof Map && right instanceof Map) return mapDifference(path, left, right, depth);
  if (left instanceof Set && right instanceof Set) return setDifference(path, left, right);
  if (!isPlainObject(left) || !isPlainObject(right)) return { path, left, right };
  return objectDifference(path, left as Record<string, unknown>, right as Record<string, unknown>, depth);
}

function objectDifference(
  path: string,
  left: Record<string, unknown>,
  right: Record<string, unknown>,
  depth: number,
): Difference | undefined {
  for (const key of keysOfBoth(Object.keys(left), Object.keys(right))) {
    const difference = differenceAt(
      fieldPath(path, String(key)),
      ownField(left, String(key)),
      ownField(right, String(key)),
      depth + 1,
    );
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function arrayDifference(
  path: string,
  left: readonly unknown[],
  right: readonly unknown[],
  depth: number,
): Difference | undefined {
  const length = Math.max(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const part = `${path}[${at}]`;
    // One array has ended: what the other goes on with is the difference, even if that is an undefined.
    if (at >= left.length || at >= right.length) return { path: part, left: left[at], right: right[at] };
    const difference = differenceAt(part, left[at], right[at], depth + 1);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function mapDifference(
  path: string,
  left: ReadonlyMap<unknown, unknown>,
  right: ReadonlyMap<unknown, unknown>,
  depth: number,
): Difference | undefined {
  for (const key of keysOfBoth([...left.keys()], [...right.keys()])) {
    const part = `${path}{${quoted(key)}}`;
    if (left.has(key) !== right.has(key)) return { path: part, left: left.get(key), right: right.get(key) };
    const difference = differenceAt(part, left.get(key), right.get(key), depth + 1);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function setDifference(path: string, left: ReadonlySet<unknown>, right: ReadonlySet<unknown>): Difference | undefined {
  for (const member of keysOfBoth([...left], [...right])) {
    if (left.has(member) === right.has(member)) continue;
    const part = `${path}{${quoted(member)}}`;
    return { path: part, left: left.has(member) ? member : undefined, right: right.has(member) ? member : undefined };
  }
  return undefined;
}

function keysOfBoth(left: readonly unknown[], right: readonly unknown[]): readonly unknown[] {
  return [...new Set([...left, ...right])].sort(compareValues);
}

function notPlainAt(path: string, value: unknown, within: object[]): NotPlainData | undefined {
  if (typeof value !== "object" || value === null) {
    return isSingle(value) ? undefined : new NotPlainData(path, `it is a ${typeof value}`);
  }
  if (within.includes(value)) return new NotPlainData(path, "it contains itself");
  if (within.length > DEPTH_MAX) return new NotPlainData(path, `it lies more than ${DEPTH_MAX} levels deep`);
  within.push(value);
  const found = partNotPlain(path, value, within);
  within.pop();
  return found;
}

function partNotPlain(path: string, value: object, within: object[]): NotPlainData | undefined {
  if (value instanceof Map || value instanceof Set) {
    for (const [key, part] of value.entries()) {
      const inside = `${path}{${quoted(key)}}`;
      if (!isKey(key)) return new NotPlainData(inside, `a ${typeof key} is no key of a Map or member of a Set`);
      const found = notPlainAt(inside, part, within);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!Array.isArray(value) && !isPlainObject(value)) return new NotPlainData(path, `it is a ${className(value)}`);
  for (const [key, part] of Object.entries(value)) {
    const found = notPlainAt(Array.isArray(value) ? `${path}[${key}]` : fieldPath(path, key), part, within);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether an object is made of fields alone, and no instance of a class. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Sets an own field, whatever its name: `__proto__` too is but a name. */
export function setField(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

function ownField(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function fieldPath(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${quoted(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function quoted(key: unknown): string {
  return typeof key === "string" ? `"${key}"` : String(key);
}

function isSingle(value: unknown): boolean {
  const type = typeof value;
  return type !== "function" && type !== "symbol" && type !== "bigint";
}

function isKey(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function single(value: unknown): unknown {
  return isSingle(value) ? value : refuse(value);
}

function singleKey(value: unknown): unknown {
  return isKey(value) ? value : refuse(value);
}

function className(value: object): string {
  const maker: unknown = (value as { constructor?: unknown }).constructor;
  return typeof maker === "function" && maker.name !== "" ? maker.name : "object with a prototype of its own";
}

/** Thrown on the way and turned into a NotPlainData with its path by `explained`. */
class Refused extends Error {}
class TooDeep extends Error {}

function refuse(value: unknown): never {
  throw new Refused(typeof value);
}

function explained(value: unknown, error: unknown): unknown {
  if (!(error instanceof Refused) && !(error instanceof TooDeep)) return error;
  return notPlain(value) ?? error;
}
