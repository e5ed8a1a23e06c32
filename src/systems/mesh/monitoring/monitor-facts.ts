// What the monitor states about alerts and its dashboard; part of facts.ts.

import type { NodeId } from "../../../base/ids.ts";
import type { AlertName, AlertUnit } from "./alert-rules.ts";
import type { DashboardPoint } from "./dashboard.ts";

/** `on` is the node it is about, or empty for the whole mesh. */
export type MonitorFact =
  /** After each scrape (MESH-MON-08). */
  | { readonly fact: "dashboardShown"; readonly points: readonly DashboardPoint[] }
  /** The condition is met, and has to stay so for a while. */
  | {
      readonly fact: "alertPending";
      readonly alert: AlertName;
      readonly on: NodeId | "";
      readonly value: number;
      readonly unit: AlertUnit;
    }
  | {
      readonly fact: "alertFired";
      readonly alert: AlertName;
      readonly on: NodeId | "";
      readonly pages: boolean;
      readonly value: number;
      readonly unit: AlertUnit;
    }
  | { readonly fact: "alertResolved"; readonly alert: AlertName; readonly on: NodeId | "" };
