// Delta debugging (Zeller and Hildebrandt, 2002): from many parts to few that still do it, big removals first.

/**
 * A subset, in order, of which `stillFails` says yes, and of which no single part can be left out. All parts together are
 * known to fail. Once `isOver` says so, nothing more is asked, and what was reached until then is returned.
 */
export function minimalSubset<T>(
  all: readonly T[],
  stillFails: (kept: readonly T[]) => boolean,
  isOver: () => boolean = () => false,
): readonly T[] {
  if (all.length === 0 || stillFails([])) return [];
  let kept = all;
  let chunks = 2;
  while (kept.length > 1 && !isOver()) {
    const reduced = reduce(kept, Math.min(chunks, kept.length), stillFails, isOver);
    if (reduced !== undefined) {
      chunks = Math.max(2, reduced.chunks);
      kept = reduced.kept;
    } else if (chunks >= kept.length) {
      return kept;
    } else {
      chunks *= 2;
    }
  }
  return kept;
}

/** The first smaller subset that fails: one of the chunks, or all but one of them. */
function reduce<T>(
  kept: readonly T[],
  chunks: number,
  stillFails: (kept: readonly T[]) => boolean,
  isOver: () => boolean,
): { readonly kept: readonly T[]; readonly chunks: number } | undefined {
  const edges = Array.from({ length: chunks + 1 }, (_, index) => Math.floor((index * kept.length) / chunks));
  for (let index = 0; index < chunks && !isOver(); index += 1) {
    const chunk = kept.slice(edges[index], edges[index + 1]);
    if (chunks <= 4 && chunk.length < kept.length && stillFails(chunk)) return { kept: chunk, chunks: 2 };
  }
  // From the end: what comes after the violation or just before it is rarely its cause alone.
  for (let index = chunks - 1; index >= 0 && !isOver(); index -= 1) {
    const rest = [...kept.slice(0, edges[index]), ...kept.slice(edges[index + 1])];
    if (rest.length < kept.length && rest.length > 0 && stillFails(rest)) return { kept: rest, chunks: chunks - 1 };
  }
  return undefined;
}
