// One total order over single values, for walking Maps, Sets and fields in an order that is nobody's history.

/** Null first, then booleans, numbers by size (NaN last), then text by code units. Never ties for different values. */
export function compareValues(left: unknown, right: unknown): number {
  const rank = rankOf(left) - rankOf(right);
  if (rank !== 0) return rank;
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  return compareNumbers(Number(left), Number(right));
}

function compareNumbers(left: number, right: number): number {
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

function rankOf(value: unknown): number {
  if (value === null) return 0;
  if (typeof value === "boolean") return 1;
  return typeof value === "number" ? 2 : 3;
}
