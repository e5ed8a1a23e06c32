// "Did you mean": the declared name that a typed one is most likely meant to be.

/** The nearest of `names` within a third of the typed length (at least 1, at most 4 edits); ties by order given. */
export function closestTo(typed: string, names: Iterable<string>): string | undefined {
  const editsMax = Math.min(4, Math.max(1, Math.floor(typed.length / 3)));
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of names) {
    const edits = typed.toLowerCase() === name.toLowerCase() ? 0 : editDistance(typed, name, editsMax);
    if (edits <= editsMax && (best === undefined || edits < best.edits)) best = { name, edits };
  }
  return best?.name;
}

/** Sentence to put after "Fix:": the near name if there is one, otherwise the given advice. */
export function fixByName(typed: string, names: Iterable<string>, otherwise: string): string {
  const near = closestTo(typed, names);
  return near === undefined ? otherwise : `did you mean "${near}"? Otherwise ${otherwise}`;
}

const listedMax = 12;

/** "Expected one of a, b, c." with what is too much left out. */
export function expectedOneOf(names: readonly string[]): string {
  if (names.length === 0) return "Expected nothing here.";
  if (names.length === 1) return `Expected ${names[0]}.`;
  const more = names.length - listedMax;
  return `Expected one of ${names.slice(0, listedMax).join(", ")}${more > 0 ? ` and ${more} more` : ""}.`;
}

/** Insertions, deletions, replacements and swaps of neighbours; more than `max` is told as `max + 1`. */
function editDistance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let edits = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) edits = Math.min(edits, (beforeLast[column - 2] ?? 0) + 1);
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
