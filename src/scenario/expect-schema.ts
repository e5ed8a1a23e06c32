// What a scenario expects beyond its system's own properties: properties to be exercised or violated, bounds of figures.

import { z } from "zod";

import { parseDuration, parseRate, printDuration } from "../base/units.ts";
import { alertsAmong, measuresAlert } from "../check/alert-figures.ts";
import type { AnySystem } from "../systems/system.ts";
import { alertsSchema } from "./alerts-schema.ts";
import { expectedOneOf, fixByName } from "./closest.ts";
import { codec, refuse } from "./codecs.ts";
import { shown } from "./problem.ts";
import type { AlertExpectation, Expectations, FigureExpectation } from "./scenario.ts";

type FigureSpec = AnySystem["measures"]["figures"][number];
type Bound = Pick<FigureExpectation, "comparison" | "value">;

const statistics = ["count", "mean", "p50", "p95", "p99", "max", "min"] as const;
const boundForm = /^(<=|>=|<|>|=)\s*(\S.*)$/;

/** The keys of `expect` are `exercised`, `violated`, `alerts`, and the ids of the system's other figures. */
export function expectSchema(
  promised: readonly { readonly id: string }[],
  figures: readonly FigureSpec[],
): z.ZodType<Expectations, unknown> {
  const ids = z.array(propertySchema(promised.map(({ id }) => id))).default([]);
  const plain = figures.filter(({ id }) => !measuresAlert(id));
  const bounds = plain.map((spec) => [spec.id, boundsSchema(spec).optional()] as const);
  const names = alertsAmong(figures);
  const alerts = names.length === 0 ? {} : { alerts: alertsSchema(names).optional() };
  const doc = z.strictObject({ exercised: ids, violated: ids, ...alerts, ...Object.fromEntries(bounds) });
  return codec<typeof doc, Expectations>(doc, () => true, {
    decode({ exercised, violated, ...rest }) {
      const { alerts: alerting = [] } = rest as { readonly alerts?: readonly AlertExpectation[] };
      const measured = rest as Readonly<Record<string, readonly FigureExpectation[] | undefined>>;
      return { exercised, violated, figures: plain.flatMap(({ id }) => measured[id] ?? []), alerts: alerting };
    },
    encode({ exercised, violated, figures: expected, alerts: alerting }) {
      const byFigure = plain.map(({ id }) => [id, expected.filter(({ figure }) => figure === id)] as const);
      return {
        exercised: [...exercised],
        violated: [...violated],
        ...(alerting.length === 0 ? {} : { alerts: alerting }),
        ...Object.fromEntries(byFigure.filter(([, list]) => list.length > 0)),
      };
    },
  });
}

function propertySchema(properties: readonly string[]) {
  return codec<z.ZodString, string>(z.string(), (id) => typeof id === "string", {
    decode(id, context) {
      if (properties.includes(id)) return id;
      return refuse(context, id, expectedOneOf(properties), {
        code: "UNKNOWN_PROPERTY",
        what: `names the property ${shown(id)}, which the system does not promise`,
        fix: fixByName(id, properties, 'see "faultline list invariants".'),
      });
    },
    encode: (id) => id,
  });
}

/** `{ p99: "< 100ms" }`, several statistics, or for a count its bound alone: `">= 3"`. */
function boundsSchema(spec: FigureSpec) {
  const expected = `Expected a comparison and a value, such as "${exampleBound(spec)}".`;
  const text = z.string({ error: expected }).meta({ pattern: boundForm.source, description: expected });
  const oneOrMore = z.union([text, z.array(text).min(1)], { error: expected });
  const byStatistic = z.strictObject(Object.fromEntries(statistics.map((name) => [name, oneOrMore.optional()])));
  const doc = spec.kind === "count" ? z.union([oneOrMore, byStatistic]) : byStatistic;
  return codec<z.ZodType<unknown, unknown>, readonly FigureExpectation[]>(doc, () => true, {
    decode(written, context) {
      const isBare = typeof written === "string" || Array.isArray(written);
      const byName = new Map<string, unknown>(Object.entries(isBare ? { count: written } : (written as object)));
      return statistics.flatMap((statistic) =>
        listOf(byName.get(statistic)).map((bound): FigureExpectation => {
          const read = readBound(bound, statistic === "count" ? "count" : spec.kind);
          if (read === undefined) return refuse(context, bound, expected, { what: `has the bound ${shown(bound)}` });
          return { figure: spec.id, statistic, ...read };
        }),
      );
    },
    encode: (bounds) =>
      Object.fromEntries(
        statistics.flatMap((statistic) => {
          const kind = statistic === "count" ? "count" : spec.kind;
          const texts = bounds.filter((bound) => bound.statistic === statistic).map((bound) => writeBound(bound, kind));
          if (texts.length === 0) return [];
          return [[statistic, texts.length === 1 ? texts[0] : texts] as const];
        }),
      ),
  });
}

const listOf = (written: unknown): readonly string[] => {
  if (written === undefined) return [];
  return (Array.isArray(written) ? written : [written]).map((bound) => String(bound));
};

function exampleBound({ kind }: FigureSpec): string {
  if (kind === "durationUs") return "< 100ms";
  return kind === "share" ? "< 1%" : "<= 3";
}

/** "< 100ms", ">= 3", "<= 1%"; undefined: it is none. */
export function readBound(text: string, kind: FigureSpec["kind"]): Bound | undefined {
  const [, comparison, amount = ""] = boundForm.exec(text) ?? [];
  const value = readAmount(amount, kind);
  if (comparison === undefined || value === undefined) return undefined;
  return { comparison: comparison as FigureExpectation["comparison"], value };
}

function readAmount(amount: string, kind: FigureSpec["kind"]): number | undefined {
  if (kind === "durationUs") return parseDuration(amount);
  if (kind === "count") return /^\d{1,15}$/.test(amount) ? Number(amount) : undefined;
  if (kind === "amount") return /^\d{1,15}(\.\d{1,6})?$/.test(amount) ? Number(amount) : undefined;
  const share = parseRate(amount);
  return share === undefined ? undefined : share.of / share.outOf;
}

function writeBound({ comparison, value }: Bound, kind: FigureSpec["kind"]): string {
  if (kind === "durationUs") return `${comparison} ${printDuration(value)}`;
  return `${comparison} ${kind === "share" ? printShare(value) : String(value)}`;
}

/** A share with at most seven decimals of a percent: those that `parseRate` reads. */
const printShare = (share: number): string => `${Number((share * 100).toFixed(7))}%`;
