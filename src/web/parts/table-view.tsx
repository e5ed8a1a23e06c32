// A table; rows have a tone, and wide ones scroll by themselves.

import type { TablePart } from "../../report/page.ts";

export function TableView({ part: { columns, rows, heading } }: { part: TablePart }) {
  return (
    <div class="scroll" role="region" aria-label={heading} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ title, align }, place) => (
              <th key={place} scope="col" class={align ?? "left"}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ tone, cells }, row) => (
            <tr key={row} class={tone === undefined ? "" : `tone-${tone}`}>
              {cells.map((cell, place) => (
                <td key={place} class={columns[place]?.align ?? "left"}>
                  <bdi>{cell}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
