// What the store states of a record: at once when it is durable, and again after a restart that cannot know whether it did.

import type { Laid } from "./item-facts.ts";
import { noShifts, placeName, type Shift } from "./items.ts";
import type { Ledger, LedgerRecord } from "./ledger.ts";
import { actionName } from "./player-state.ts";
import type { Stated } from "./outbox.ts";

type WriteRecord = Extract<LedgerRecord, { type: "decided" }>;

const nothing: readonly never[] = [];

/** `recovered`: the judge takes what it has heard before for what it is. */
export function factsOf(record: LedgerRecord, recovered: boolean): readonly Stated[] {
  switch (record.type) {
    case "spawned":
      return [{ type: "record", fact: "itemsSpawned", items: record.shifts.map(({ item }) => item) }];
    case "decided":
      return ofWrite(record, recovered);
    case "laid": {
      const { server, region, epoch, op, escrow: move, shift, version } = record;
      const { item } = shift;
      return [{ type: "record", fact: "groundChanged", server, region, epoch, op, item, move, version, recovered }];
    }
    case "repaired": {
      const { player, token, state, flagged, shifts } = record;
      const { version } = state;
      const repaired: Stated = {
        type: "record",
        fact: "stateRepaired",
        player,
        token,
        state,
        flagged,
        ground: laidBy(shifts),
      };
      return recovered ? [repaired] : [{ type: "record", fact: "fenceRaised", player, token, version }, repaired];
    }
    case "opened": {
      const { region, epoch, server } = record;
      return [{ type: "record", fact: "regionOpened", region, epoch, server, recovered }];
    }
    // A copy, and what becomes of it, is told once: nothing is recovered that the workload has broken itself.
    default:
      return nothing;
  }
}

function ofWrite(record: WriteRecord, recovered: boolean): readonly Stated[] {
  const { kind, outcome, shifts } = record;
  if (kind === "collect" || kind === "accept") return outcome === "done" ? [carried(record, kind, recovered)] : nothing;
  if (outcome === "reserved") return [carried(record, "reserve", recovered)];
  if (kind === "undo")
    return shifts.length === 0 ? nothing : [carried(record, kind, recovered), ...declined(record, recovered)];
  return outcome === "done" ? [accepted(record, recovered)] : declined(record, recovered);
}

function accepted(record: WriteRecord, recovered: boolean): Stated {
  const { player, server, token, session, sequence, item, state } = record;
  const action = actionName(player, session, sequence);
  const fact = recovered ? "effectRecovered" : "effectAccepted";
  // An accepted write that is no errand is an action's.
  const kind = record.kind as Extract<Stated, { fact: "effectAccepted" }>["kind"];
  const ground = record.shifts.length === 0 ? noShifts : laidBy(record.shifts);
  const told = {
    type: "record",
    fact,
    player,
    server,
    token,
    action,
    session,
    sequence,
    kind,
    item,
    state,
    ground,
  } as const;
  const touches = record.ground !== null && record.shifts.some(touchesGround);
  return touches ? { ...told, onGround: record.ground } : told;
}

/** What failed has left no trace but its answer: whoever asks again after a restart hears it. */
function declined(record: WriteRecord, recovered: boolean): readonly Stated[] {
  const { player, server, token, session, sequence } = record;
  const action = actionName(player, session, sequence);
  const told = { type: "record", fact: "effectRefused", player, server, token, action, because: "itemGone" } as const;
  return [recovered ? { ...told, recovered } : told];
}

function carried(
  record: WriteRecord,
  errand: Extract<Stated, { fact: "itemCarried" }>["errand"],
  recovered: boolean,
): Stated {
  const { player, server, token, item, state, shifts, escrow } = record;
  const paid = errand === "accept" ? shifts[1]?.to : undefined;
  return {
    type: "record",
    fact: "itemCarried",
    player,
    server,
    token,
    errand,
    item,
    move: escrow,
    state,
    ground: laidBy(shifts),
    other: paid === undefined ? "" : shifts[1].item,
    to: paid?.type === "escrow" && paid.to.type === "held" ? paid.to.player : "",
    recovered,
  };
}

const touchesGround = ({ from, to }: Shift): boolean => from?.type === "ground" || to.type === "ground";

/** What came to lie on the ground or in escrow, and what does no longer. Inventories are in the rows. */
function laidBy(shifts: readonly Shift[]): readonly Laid[] {
  return shifts.flatMap(({ item, from, to }) => {
    if (from?.type === "escrow" && to.type === "escrow") return [];
    return [...(from === null ? [] : laid(item, from.type, false)), ...laid(item, to.type, true)];
  });
}

function laid(item: string, type: string, lies: boolean): readonly Laid[] {
  if (type === "ground") return [{ item, lies }];
  return type === "escrow" ? [{ item, lies, at: "escrow" }] : [];
}

export const placesOf = (ledger: Ledger, item: string): readonly string[] => {
  const known = ledger.things.items.get(item);
  return known === undefined ? nothing : [known.place, ...known.copies].map(placeName);
};
