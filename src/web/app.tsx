// A page: the verdict, then its parts in reading order.

import { useMemo } from "preact/hooks";

import type { DiagramPart, ReportPage, ReportPart } from "../report/page.ts";
import type { Timeline } from "../report/timeline.ts";
import { HeatView } from "./charts/heat-view.tsx";
import { LinesView } from "./charts/lines-view.tsx";
import { ScatterView } from "./charts/scatter-view.tsx";
import { TimeChartsView } from "./charts/time-charts-view.tsx";
import { DiagramView } from "./diagram/diagram-view.tsx";
import { openedAt } from "./diagram/opening.ts";
import { ViewState } from "./diagram/view-state.ts";
import { loadedTimeline, type Meta } from "./document.ts";
import { DownloadsView } from "./parts/downloads-view.tsx";
import { LinksView } from "./parts/links-view.tsx";
import { PropertiesView } from "./parts/properties-view.tsx";
import { StoryView } from "./parts/story-view.tsx";
import { TableView } from "./parts/table-view.tsx";

interface Shown {
  readonly timeline: Timeline | undefined;
  /** Absent: there is no diagram to look at. */
  readonly view: ViewState | undefined;
}

export function App({ page, meta }: { page: ReportPage; meta: Meta }) {
  const shown = useMemo(() => shownIn(page), [page]);
  const { first, rest } = sentencesOf(page.verdict.words);
  return (
    <main>
      <header class={`verdict tone-${page.verdict.tone}`}>
        <p class="kind">
          Faultline {page.kind} <bdi class="title">{page.title}</bdi>
        </p>
        <h1>
          <bdi>{first}</bdi>
        </h1>
        {rest === "" ? null : (
          <p>
            <bdi>{rest}</bdi>
          </p>
        )}
      </header>
      {page.parts.map((part, place) => (
        <section key={place} class={`part part-${part.type}`} aria-labelledby={`part-${place}`}>
          <h2 id={`part-${place}`}>
            <bdi>{part.heading}</bdi>
          </h2>
          {part.about === undefined ? null : <p class="about">{part.about}</p>}
          <PartView part={part} shown={shown} />
        </section>
      ))}
      <footer>
        <dl>
          {meta.rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </footer>
    </main>
  );
}

/** The first sentence is the headline. */
function sentencesOf(words: string): { readonly first: string; readonly rest: string } {
  const end = /[.!?] (?=\p{Lu})/u.exec(words);
  if (end === null) return { first: words, rest: "" };
  return { first: words.slice(0, end.index + 1), rest: words.slice(end.index + 2) };
}

function shownIn({ parts }: ReportPage): Shown {
  const diagram = parts.find((part): part is DiagramPart => part.type === "diagram");
  const timeline = diagram === undefined ? undefined : loadedTimeline(diagram.timeline);
  if (timeline !== undefined) return { timeline, view: openedAt(timeline, diagram?.opensAt) };
  const charts = parts.find((part) => part.type === "charts");
  const view = charts === undefined ? undefined : new ViewState({ fromUs: charts.startUs, toUs: charts.endUs });
  return { timeline, view };
}

function PartView({ part, shown: { timeline, view } }: { part: ReportPart; shown: Shown }) {
  switch (part.type) {
    case "words":
      return (
        <>
          {part.paragraphs.map((words, place) => (
            <p key={place}>
              <bdi>{words}</bdi>
            </p>
          ))}
        </>
      );
    case "table":
      return <TableView part={part} />;
    case "lines":
      return <LinesView part={part} />;
    case "heat":
      return <HeatView part={part} />;
    case "scatter":
      return <ScatterView part={part} />;
    case "downloads":
      return <DownloadsView part={part} />;
    case "links":
      return <LinksView part={part} />;
    case "story":
      return <StoryView part={part} view={view} startUs={timeline?.startUs ?? 0} />;
    case "properties":
      return <PropertiesView part={part} view={view} startUs={timeline?.startUs ?? 0} />;
    case "charts":
      return view === undefined ? null : <TimeChartsView part={part} view={view} />;
    case "diagram":
      return timeline === undefined || view === undefined ? (
        <p class="missing" role="alert">
          The diagram is in the file {typeof part.timeline === "string" ? part.timeline : ""}, which is not beside this
          page. Put it into the same folder, or write the report again.
        </p>
      ) : (
        <DiagramView timeline={timeline} view={view} />
      );
  }
}
