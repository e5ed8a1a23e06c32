// The register's part in giving a player with two owners one again: what it is fenced with, and what was decided. From
// its beginning to its grant nothing else happens to the player's authority.

import type { NodeId } from "../../base/ids.ts";
import type { AuthorityRegister, Outcome, Owner, Pending } from "./authority-register.ts";
import { unregistered } from "./authority-register.ts";
import type { VersionSummary } from "./facts.ts";
import type { PlayerState } from "./player-state.ts";
import { standingOf } from "./region-map.ts";
import type { ResolutionPolicy, Resolved } from "./resolution.ts";

export type ResolutionCommand =
  /** These servers take the player for theirs, by tokens up to `above`: it is nobody's until it is decided. */
  | {
      readonly type: "resolve";
      readonly player: NodeId;
      readonly above: number;
      readonly servers: readonly NodeId[];
    }
  /** What was found while tokens below `token` were void, and what comes of it. */
  | { readonly type: "decide"; readonly player: NodeId; readonly token: number; readonly decision: Decision };

export interface Decision {
  readonly server: NodeId;
  readonly region: number;
  readonly state: PlayerState;
  readonly policy: ResolutionPolicy;
  readonly by: Resolved["by"];
  readonly winner: NodeId;
  readonly versions: readonly VersionSummary[];
  readonly discarded: readonly NodeId[];
  readonly silent: readonly NodeId[];
}

/** Plain data; replaced as a whole. */
export interface Resolution {
  /** What is older is void. Higher than any token before, and lower than that of the grant to come. */
  readonly token: number;
  readonly servers: readonly NodeId[];
  /** Null: states are being collected. */
  readonly decided: Decision | null;
}

type Command<Type extends ResolutionCommand["type"]> = Extract<ResolutionCommand, { type: Type }>;

const noServer = "" as NodeId;

/** Also begins anew when somebody turns up with a token above that of the one under way. */
export function beginResolution(register: AuthorityRegister, command: Command<"resolve">): Outcome {
  const { player, above, servers } = command;
  const { owner, tokens } = register.players.get(player) ?? unregistered;
  const known = register.resolutions.get(player);
  if (known !== undefined && above < known.token) return { type: "unchanged", player };
  const token = Math.max(tokens, above) + 1;
  register.players.set(player, { owner, pending: null, tokens: token });
  const involved = [...new Set([...(known?.servers ?? []), ...servers])];
  register.resolutions.set(player, { token, servers: involved, decided: null });
  return { type: "resolving", player };
}

/** Only once for each token: whoever decides again was slow. */
export function decideResolution(register: AuthorityRegister, command: Command<"decide">): Outcome {
  const { player, token, decision } = command;
  const known = register.resolutions.get(player);
  if (known === undefined || known.token !== token || known.decided !== null) return { type: "unchanged", player };
  const { owner, tokens } = register.players.get(player) ?? unregistered;
  const server = takerOf(register, decision.server, decision.region);
  register.resolutions.set(player, { ...known, decided: { ...decision, server } });
  const pending = { ...grantOf(server, decision.region), token: tokens + 1 };
  register.players.set(player, { owner, pending, tokens: pending.token });
  return { type: "decided", player };
}

/** Whoever was to have the player is given up: the same state goes to another one. Undefined: nothing has to change. */
export function redirected(register: AuthorityRegister, player: NodeId): Omit<Pending, "token"> | undefined {
  const known = register.resolutions.get(player);
  if (known === undefined || known.decided === null) return undefined;
  const { decided } = known;
  const server = takerOf(register, decided.server, decided.region);
  if (server === decided.server) return undefined;
  register.resolutions.set(player, { ...known, decided: { ...decided, server } });
  return grantOf(server, decided.region);
}

/** The one that was chosen, unless it is given up. */
const takerOf = ({ map }: AuthorityRegister, chosen: NodeId, region: number): Owner["server"] =>
  standingOf(map, chosen) === "down" ? map.regions[region].server : chosen;

const grantOf = (server: NodeId, region: number): Omit<Pending, "token"> => ({
  server,
  cause: "resolution",
  transfer: "",
  source: noServer,
  version: -1,
  region,
});
