// Ids of requirements in any text: "MESH-F1-01", a range "MESH-F1-05..09", and the short form in "MESH-F2-01, F2-05".

const cited = /(?<![\w-])(?<family>[A-Z]+-[A-Z0-9]+)-(?<from>\d\d)(?:\.\.(?<to>\d\d))?(?!\w)/g;
const next = /,? (?:and )?(?<family>[A-Z][A-Z0-9]*)-(?<from>\d\d)(?:\.\.(?<to>\d\d))?(?!\w)/y;

/** Ids in order of appearance, each once, ranges spelled out. Whether there is such a requirement is not known here. */
export function citedIn(text: string): readonly string[] {
  const ids: string[] = [];
  for (const match of text.matchAll(cited)) {
    const system = match.groups?.["family"]?.split("-")[0] ?? "";
    ids.push(...spelledOut(match, ""));
    next.lastIndex = match.index + match[0].length;
    for (let further = next.exec(text); further !== null; further = next.exec(text)) {
      ids.push(...spelledOut(further, `${system}-`));
    }
  }
  return [...new Set(ids)];
}

function spelledOut({ groups }: RegExpExecArray | RegExpMatchArray, before: string): readonly string[] {
  const { family = "", from = "", to = from } = groups ?? {};
  const first = Number(from);
  const count = Math.max(1, Number(to) - first + 1);
  return Array.from({ length: count }, (_, index) => `${before}${family}-${String(first + index).padStart(2, "0")}`);
}

/** What comes before the number: "MESH-F1" of "MESH-F1-01". */
export const familyOf = (id: string): string => id.slice(0, id.lastIndexOf("-"));
