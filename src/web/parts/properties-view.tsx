// What was promised, and what became of it: the broken first, each with the way to where it broke.

import { useState } from "preact/hooks";

import type { PropertiesPart } from "../../report/page.ts";
import { printMoment } from "../../report/words.ts";
import { lookAtDiagram } from "../diagram/look.ts";
import type { ViewState } from "../diagram/view-state.ts";

const shownMin = 12;

export function PropertiesView({
  part,
  view,
  startUs,
}: {
  part: PropertiesPart;
  view: ViewState | undefined;
  startUs: number;
}) {
  const broken = part.rows.filter(({ tone }) => tone === "bad" || tone === "unsure").length;
  const [isWhole, setWhole] = useState(part.rows.length <= shownMin);
  const rows = isWhole ? part.rows : part.rows.slice(0, Math.max(broken, shownMin));
  return (
    <>
      <div class="scroll" role="region" aria-label={part.heading} tabIndex={0}>
        <table class="properties">
          <thead>
            <tr>
              <th scope="col">property</th>
              <th scope="col">promise</th>
              <th scope="col">in this run</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} view={view} startUs={startUs} />
            ))}
          </tbody>
        </table>
      </div>
      {isWhole ? null : (
        <button type="button" onClick={() => setWhole(true)}>
          show all {part.rows.length}
        </button>
      )}
    </>
  );
}

function Row({
  row,
  view,
  startUs,
}: {
  row: PropertiesPart["rows"][number];
  view: ViewState | undefined;
  startUs: number;
}) {
  const { id, claim, source, status, tone, because, atUs, event, node } = row;
  const marks = { bad: "✘", unsure: "✘", good: "✔", plain: "–" } as const;
  return (
    <tr class={`tone-${tone}`}>
      <th scope="row" title={source}>
        <span class="mark" aria-hidden="true">
          {marks[tone]}
        </span>{" "}
        {id}
      </th>
      <td>
        {claim}
        {because === undefined ? null : (
          <p class="because">
            <bdi>{because}</bdi>{" "}
            {view === undefined || atUs === undefined || event === undefined ? null : (
              <button type="button" class="jump" onClick={() => lookAtDiagram(view, { event, atUs })}>
                go to {printMoment(atUs - startUs, 3)} on {node}
              </button>
            )}
          </p>
        )}
      </td>
      <td class="status">{status}</td>
    </tr>
  );
}
