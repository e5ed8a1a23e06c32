// The claims ledger of the mesh: every promise with a number that its documents make, in their order.

import { compareValues } from "../../../base/plain-order.ts";
import type { ClaimLedger } from "../../claims.ts";
import { authorityClaims } from "./authority.ts";
import { failureClaims } from "./failures.ts";
import { monitoringClaims } from "./monitoring.ts";
import { serviceClaims } from "./service.ts";
import { transferClaims } from "./transfers.ts";

const all = [...transferClaims, ...failureClaims, ...authorityClaims, ...serviceClaims, ...monitoringClaims];

export const meshClaims: ClaimLedger = {
  traffic: {
    all: "traffic.bytes",
    groups: new Map([["traffic.replication", ["replicate", "replicated", "replicateRefused", "recall", "recalled"]]]),
  },
  claims: all.toSorted((left, right) => compareValues(left.id, right.id)),
};
