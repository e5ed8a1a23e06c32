// The pages of a report on runs: one run is a page; many are a summary, and a page for the first failure of each story.

import type { CampaignReport } from "../report/campaign-report.ts";
import { campaignPage } from "../report/campaign-page.ts";
import type { NamedPage } from "./report-folder.ts";
import { fileNamesOf, replayCommandOf, type ManyRuns } from "./run-many.ts";
import { recordedRun } from "./run-recording.ts";
import type { RunRequest } from "./run-request.ts";
import type { SingleRun } from "./run-single.ts";

/** Of so many stories the first failure has a page; further ones are told by their line of the summary. */
const failurePagesMax = 12;

export function pagesOf(
  report: CampaignReport,
  { stories }: ManyRuns,
  single: SingleRun | undefined,
  request: RunRequest,
): readonly NamedPage[] {
  if (single?.recording !== undefined) {
    const { story, run, recording } = single;
    const replay = `${replayCommandOf(story, request)} --seed ${run.seed}`;
    return [namedPage("index", recording.report(run, { replay, name: "index" }))];
  }
  const names = fileNamesOf(stories.map(({ story }) => story));
  const failed = stories
    .flatMap(({ story, judgement: { firstFailing } }) =>
      firstFailing === undefined ? [] : [{ story, seed: firstFailing }],
    )
    .slice(0, failurePagesMax);
  const pages = failed.map(({ story, seed }) => {
    const name = `${names.get(story.scenario) ?? ""}-seed-${seed}`;
    return {
      scenario: story.scenario,
      seed,
      named: namedPage(name, recordedRun(story, seed, `${replayCommandOf(story, request)} --seed ${seed}`, name)),
    };
  });
  const links = new Map(pages.map(({ scenario, seed, named }) => [scenario, { href: `${named.name}.html`, seed }]));
  return [{ name: "index", page: campaignPage(report, links) }, ...pages.map(({ named }) => named)];
}

const namedPage = (name: string, report: ReturnType<typeof recordedRun>): NamedPage => ({ name, ...report });
