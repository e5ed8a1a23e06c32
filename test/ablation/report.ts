// The table of the ablation, as Markdown and as JSON.

import { judgedBy, layers } from "./layers.ts";

export interface Broken {
  readonly id: string;
  /** Runs in which it was violated, and in which it was exercised. */
  readonly runs: number;
  readonly exercised: number;
  /** The lowest seed in which it was violated; null: none. */
  readonly seed: number | null;
}

export interface Finding {
  readonly choices: readonly string[];
  readonly set: readonly string[];
  readonly runs: number;
  readonly broken: readonly Broken[];
}

export function asMarkdown(findings: readonly Finding[], seeds: number): string {
  const head = [...layers.map(({ name }) => name), ...judgedBy];
  const rows = findings.map(({ choices, broken }) => [...choices, ...broken.map(cellOf)]);
  return [
    "# What each layer of authority is worth",
    "",
    `Written by \`npm run ablation -- --seeds ${seeds}\`: every combination of the layers, ${seeds} seeds each, under the faults of`,
    "`scenarios/mesh/ablation.yaml`. A cell says in how many of the runs the property was violated, and the lowest seed",
    'that shows it; "held" says that none did, in all runs that exercised it. Replay a row with its settings, such as',
    "",
    `    faultline replay scenarios/mesh/ablation.yaml --seed ${exampleOf(findings)}`,
    "",
    ...layers.map(({ name, about }) => `- **${name}**: ${about}.`),
    "",
    "A1, A2, A4: what the store accepts (properties of effects). A5-emits: what two servers would show at once, whatever",
    "their clients believe.",
    "",
    tableRow(head),
    tableRow(head.map(() => "---")),
    ...rows.map(tableRow),
    "",
    ...sayings(findings),
    "",
  ].join("\n");
}

export const asJson = (findings: readonly Finding[], seeds: number): string =>
  `${JSON.stringify({ command: `npm run ablation -- --seeds ${seeds}`, seeds, combinations: findings }, undefined, 2)}\n`;

const cellOf = ({ runs, exercised, seed }: Broken): string => {
  if (seed !== null) return `${runs} (seed ${seed})`;
  return exercised > 0 ? "held" : "not exercised";
};

const tableRow = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function exampleOf(findings: readonly Finding[]): string {
  for (const { set, broken } of findings) {
    const [first] = broken.filter(({ seed }) => seed !== null);
    if (first?.seed !== undefined) return [String(first.seed), ...set.map((one) => `--set ${one}`)].join(" ");
  }
  return "1";
}

/** What can be said of all combinations with one choice. */
function sayings(findings: readonly Finding[]): readonly string[] {
  const lines = layers.flatMap(({ name, choices }, layer) =>
    choices.map((choice) => {
      const those = findings.filter((finding) => finding.choices[layer] === choice.name);
      const held = judgedBy.filter((id) =>
        those.every(({ broken }) => broken.every((one) => one.id !== id || one.seed === null)),
      );
      return `- ${name} "${choice.name}" alone is enough for ${held.length === 0 ? "nothing" : held.join(", ")}.`;
    }),
  );
  return ["Whatever the other layers are:", "", ...lines];
}
