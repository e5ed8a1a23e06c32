// The pages of a hunt: one for all of it, and one for the first of each finding, as small as it became.

import { huntPage } from "../report/hunt-page.ts";
import type { HuntSummary, ToldGroup } from "../report/hunt-summary.ts";
import type { AnySystem } from "../systems/system.ts";
import { fileNameOf } from "./files.ts";
import type { NamedPage } from "./report-folder.ts";
import { recordedRun } from "./run-recording.ts";
import { type LoadedStory, loadStories } from "./stories.ts";

const findingPagesMax = 12;

export function huntPages(summary: HuntSummary, system: AnySystem): readonly NamedPage[] {
  const shown = summary.groups
    .filter(({ group: { first } }) => first.kind === "violation" || first.kind === "limit")
    .slice(0, findingPagesMax);
  const pages = shown.map((told, place) => {
    const name = `finding-${place + 1}-${fileNameOf(told.group.first.property)}`;
    const story = storyOf(told, system);
    return { told, page: { name, ...recordedRun(story, story.scenario.seed, told.replay ?? "", name) } };
  });
  const bySignature = new Map(pages.map(({ told, page }) => [told.group.signature, `${page.name}.html`]));
  return [{ name: "index", page: huntPage(summary, bySignature) }, ...pages.map(({ page }) => page)];
}

/** As it was kept, which is smaller than it was found; or else as it was found. */
function storyOf({ group, file }: ToldGroup, system: AnySystem): LoadedStory {
  const found: LoadedStory = { file: "", reference: "", scenario: group.scenario, system };
  if (file === undefined) return found;
  const [kept] = loadStories([file], { systems: new Map([[system.name, system]]), set: [], variant: undefined });
  return kept ?? found;
}
