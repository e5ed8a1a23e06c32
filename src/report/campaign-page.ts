// The page of many runs: what each story came to, how sure that makes us, and the way to what failed.

import type { ScenarioOutline } from "../campaign/brief.ts";
import { seedsIn } from "../campaign/plan.ts";
import { summarise } from "../check/figures.ts";
import { printable } from "../scenario/problem.ts";
import { isExcused } from "../scenario/expectations.ts";
import type { CampaignReport, ReportedScenario } from "./campaign-report.ts";
import { failureBound } from "./campaign-summary.ts";
import { alertTable, expectationTable, faultTable, figureTable } from "./page-tables.ts";
import type { LinksPart, PropertiesPart, ReportPage, ReportPart, TablePart, Tone } from "./page.ts";
import { noteOf } from "./run-summary.ts";
import { oneLine, paragraphsOf } from "./prose.ts";
import { plural, printCount, printMoment } from "./words.ts";

/** The page of the first failing run of each scenario. */
export type FailurePages = ReadonlyMap<ScenarioOutline, { readonly href: string; readonly seed: number }>;

/** Stories beyond these are in the table, and in report.json. */
const toldMax = 40;

export function campaignPage({ scenarios }: CampaignReport, pages: FailurePages): ReportPage {
  const runs = scenarios.reduce((sum, { result }) => sum + result.totals.runs, 0);
  const told =
    scenarios.length === 1
      ? scenarios
      : scenarios.filter(({ judgement, result }) => judgement.outcome !== "held" || result.missingFrom !== undefined);
  return {
    kind: "run",
    title:
      scenarios.length === 1
        ? (scenarios[0]?.result.scenario.name ?? "")
        : plural(scenarios.length, "story", "stories"),
    verdict: verdictOf(scenarios, runs),
    parts: [
      ...linksPart(scenarios, pages),
      scenarioTable(scenarios),
      ...told.slice(0, toldMax).flatMap((scenario) => scenarioParts(scenario)),
    ],
  };
}

function verdictOf(scenarios: readonly ReportedScenario[], runs: number): ReportPage["verdict"] {
  const failed = scenarios.filter(({ judgement: { outcome } }) => outcome === "violated" || outcome === "unmet");
  const unsure = scenarios.filter(({ judgement: { outcome } }) => outcome === "inconclusive" || outcome === "notRun");
  const asked = scenarios.reduce((sum, { result }) => sum + seedsIn(result.seeds), 0);
  const isPartial = scenarios.some(({ result }) => result.missingFrom !== undefined);
  const done = isPartial ? `Partial, ${printCount(runs)} of ${plural(asked, "run")}` : plural(runs, "run");
  const all = `${done} of ${plural(scenarios.length, "story", "stories")}`;
  if (failed.length > 0) {
    const names = failed.slice(0, 3).map(({ result }) => result.scenario.name);
    const more = failed.length > names.length ? ` and ${plural(failed.length - names.length, "other")}` : "";
    return {
      tone: "bad",
      words: `${all}: ${plural(failed.length, "story", "stories")} failed: ${names.join(", ")}${more}.`,
    };
  }
  if (unsure.length > 0)
    return { tone: "unsure", words: `${all}: ${plural(unsure.length, "story", "stories")} cannot be told.` };
  const violated = scenarios.reduce((sum, { judgement }) => sum + judgement.violated, 0);
  const judged = scenarios.reduce((sum, { judgement }) => sum + judgement.violated + judgement.held, 0);
  return {
    tone: isPartial ? "unsure" : "good",
    words: `${all}: all came out as they should. ${failureBound(violated, judged)}`,
  };
}

function linksPart(scenarios: readonly ReportedScenario[], pages: FailurePages): readonly LinksPart[] {
  const links = scenarios.flatMap(({ result: { scenario, totals } }) => {
    const page = pages.get(scenario);
    if (page === undefined) return [];
    const first = totals.properties.find(
      (property) => property.first?.seed === page.seed && !isExcused(scenario.expect, property),
    );
    const about = first?.first === undefined ? scenario.title : `${first.id}: ${first.first.because}`;
    return [
      { href: page.href, words: `${scenario.name}, seed ${page.seed}`, about: printable(about), tone: "bad" as const },
    ];
  });
  if (links.length === 0) return [];
  return [
    {
      type: "links",
      heading: "Look at what failed",
      about: "The first failing run of each story, as it happened.",
      links,
    },
  ];
}

const tones = { held: "good", violated: "bad", unmet: "bad", inconclusive: "unsure", notRun: "unsure" } as const;
const words = {
  held: "held",
  violated: "violated",
  unmet: "not as expected",
  inconclusive: "inconclusive",
  notRun: "not run",
} as const;

const right = (title: string) => ({ title, align: "right" }) as const;

function scenarioTable(scenarios: readonly ReportedScenario[]): ReportPart {
  return {
    type: "table",
    heading: "Every story",
    columns: [
      { title: "story" },
      { title: "outcome" },
      right("runs"),
      right("violated"),
      right("inconclusive"),
      right("first failing seed"),
    ],
    rows: scenarios.map(({ result, judgement }): TablePart["rows"][number] => ({
      tone: tones[judgement.outcome],
      cells: [
        printable(result.scenario.name),
        words[judgement.outcome],
        printCount(result.totals.runs),
        printCount(judgement.violated),
        printCount(judgement.inconclusive),
        judgement.firstFailing === undefined ? "" : String(judgement.firstFailing),
      ],
    })),
  };
}

function scenarioParts({ result, judgement, specs, replay }: ReportedScenario): readonly ReportPart[] {
  const { scenario, seeds, totals, digest, missingFrom } = result;
  const figures = summarise(specs, totals.figures);
  const partial = missingFrom === undefined ? [] : [`Partial: seed ${missingFrom} was not run, nor all after it.`];
  const again =
    judgement.firstFailing === undefined
      ? []
      : [`See the first failing run: ${replay} --seed ${judgement.firstFailing}`];
  return [
    {
      type: "words",
      heading: oneLine(`${scenario.name}: ${scenario.title}`),
      paragraphs: [
        ...paragraphsOf(scenario.why),
        `Seeds ${seeds.from} to ${seeds.to}. ${failureBound(judgement.violated, judgement.held + judgement.violated)} Digest ${digest}.`,
        ...partial,
        ...again,
      ],
    },
    propertiesPart({ result }),
    ...expectationTable(judgement.expectations.filter(({ kind }) => kind !== "alert")),
    ...alertTable(figures, judgement.expectations),
    ...faultTable(totals.tallies),
    ...figureTable(figures),
  ];
}

function propertiesPart({ result: { scenario, totals } }: Pick<ReportedScenario, "result">): PropertiesPart {
  const rows = totals.properties.map((property): PropertiesPart["rows"][number] => {
    const { id, claim, source, runsExercised, runsViolated, first } = property;
    const note = noteOf(scenario.expect, property, runsViolated > 0);
    const [tone, status]: readonly [Tone, string] =
      runsViolated > 0
        ? [note === "" ? "bad" : "unsure", `broken in ${printCount(runsViolated)} of ${printCount(totals.runs)}${note}`]
        : runsExercised > 0
          ? ["good", `held in ${printCount(runsExercised)} of ${printCount(totals.runs)}`]
          : ["plain", "not put to the test"];
    const because =
      first === undefined
        ? {}
        : {
            because: printable(
              `seed ${first.seed}, at ${printMoment(first.atUs - scenario.world.startUs, 6)} on ${first.node}: ${first.because}`,
            ),
          };
    return { id, claim: printable(claim), source: printable(source), status, tone, ...because };
  });
  const rank = { bad: 0, unsure: 1, good: 2, plain: 3 };
  return {
    type: "properties",
    heading: "What was promised",
    rows: rows
      .map((row, place) => ({ row, place }))
      .sort((a, b) => rank[a.row.tone] - rank[b.row.tone] || a.place - b.place)
      .map(({ row }) => row),
  };
}
