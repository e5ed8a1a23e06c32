// A heat map: one value for each pair of settings, coloured from good to bad, and readable as a table.

import type { HeatPart } from "../../report/page.ts";
import { printValue } from "../format.ts";

export function HeatView({ part: { columns, rows, unit, better, values, heading } }: { part: HeatPart }) {
  const known = values.flat().filter((value): value is number => value !== null);
  const low = known.reduce((least, value) => Math.min(least, value), Infinity);
  const high = known.reduce((most, value) => Math.max(most, value), -Infinity);
  const share = (value: number): number => (high === low ? 0 : (value - low) / (high - low));
  const badness = (value: number): number => (better === "low" ? share(value) : 1 - share(value));
  return (
    <div class="scroll" role="region" aria-label={heading} tabIndex={0}>
      <table class="heat">
        <thead>
          <tr>
            <td class="corner">
              {rows.title} ↓
              <br />
              {columns.title} →
            </td>
            {columns.labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.labels.map((label, row) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {columns.labels.map((name, column) => {
                const value = values[row]?.[column] ?? null;
                if (value === null) return <td key={name} class="none" />;
                return (
                  <td key={name} style={{ "--badness": String(Math.round(badness(value) * 100)) }}>
                    {printValue(value, unit)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">{better === "low" ? "Less is better." : "More is better."}</p>
    </div>
  );
}
