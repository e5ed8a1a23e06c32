// Directed links: how each behaves by plan, what faults have made of it, and the streams its chances are drawn from.

import type { NodeId } from "../base/ids.ts";
import type { EventHandle } from "../kernel/kernel.ts";
import type { Transport } from "../machine/effect.ts";
import type { NodeSpec } from "../machine/machine.ts";
import { constantOf, latencyNeedsDraw } from "./latency.ts";
import { LossChain } from "./loss.ts";
import type { LatencyModel, LinkPlan, LossModel, NodeSelector, Rate } from "./plan.ts";

const never: Rate = { of: 0, outOf: 1 };

/** How a kind of link behaves, with what a send asks of it worked out beforehand. */
export class LinkProfile {
  readonly plan: LinkPlan;
  readonly transport: Transport;
  readonly latency: LatencyModel;
  /** The constant latency; -1: it is drawn. */
  readonly latencyUs: number;
  /** Chance of an independent loss; nothing in so many when loss comes in bursts. */
  readonly lossRate: Rate;
  /** Nothing but latency and independent loss ever happens to a datagram: the quick way through the network. */
  readonly isSimple: boolean;
  readonly isBursty: boolean;

  constructor(plan: LinkPlan) {
    const { latency, loss } = plan;
    this.plan = plan;
    this.transport = plan.transport;
    this.latency = latency;
    this.latencyUs = latencyNeedsDraw(latency) ? -1 : constantOf(latency);
    this.lossRate = loss.type === "independent" ? loss.rate : never;
    this.isBursty = loss.type === "bursty";
    const rates = [plan.duplicate, plan.reorder, plan.corrupt];
    this.isSimple = !this.isBursty && plan.bytesPerSecond === 0 && rates.every(({ of }) => of === 0);
  }
}

/** A link without misfortune: latency and bandwidth stay as they are (WorldFact "healed"). */
function fair(plan: LinkPlan): LinkPlan {
  return { ...plan, loss: { type: "none" }, duplicate: never, reorder: never, corrupt: never };
}

/**
 * Which profile a link has by plan. Nodes that the same overrides match form a class, and there is one profile for each
 * pair of classes, so that a thousand nodes cost a thousand entries and not a million.
 */
export class LinkTable {
  readonly #classOf: readonly number[];
  readonly #classes: number;
  #profiles: readonly LinkProfile[];

  constructor(plan: LinkPlan, overrides: readonly LinkPlanOverride[], nodes: readonly NodeSpec[]) {
    const classByMatches = new Map<string, number>();
    const matchesOfClass: { from: readonly boolean[]; to: readonly boolean[] }[] = [];
    this.#classOf = nodes.map((node) => {
      const from = overrides.map((override) => selects(override.from, node));
      const to = overrides.map((override) => selects(override.to, node));
      const matches = [...from, ...to].map(Number).join("");
      const known = classByMatches.get(matches) ?? matchesOfClass.push({ from, to }) - 1;
      classByMatches.set(matches, known);
      return known;
    });
    this.#classes = matchesOfClass.length;
    this.#profiles = matchesOfClass.flatMap((source) =>
      matchesOfClass.map((target) => {
        let link = plan;
        overrides.forEach((override, at) => {
          const along = source.from[at] && target.to[at];
          const against = !override.oneWay && source.to[at] && target.from[at];
          if (along || against) link = { ...link, ...override.link };
        });
        return new LinkProfile(link);
      }),
    );
  }

  profileOf(from: number, to: number): LinkProfile {
    return this.#profiles[this.#classOf[from] * this.#classes + this.#classOf[to]];
  }

  /** From now on no link is unfair by plan. */
  heal(): void {
    this.#profiles = this.#profiles.map(({ plan }) => new LinkProfile(fair(plan)));
  }
}

interface LinkPlanOverride {
  readonly from: NodeSelector;
  readonly to: NodeSelector;
  readonly oneWay: boolean;
  readonly link: Partial<LinkPlan>;
}

/** Whether a selector means a node; an empty one means every node. */
export function selects(selector: NodeSelector, node: { readonly id: NodeId; readonly role: string }): boolean {
  if (selector.nodes.length === 0 && selector.roles.length === 0) return true;
  return selector.nodes.includes(node.id) || selector.roles.includes(node.role);
}

/** What a fault makes of a link while it lasts. */
export interface LinkChange {
  readonly loss?: LossModel;
  readonly latency?: LatencyModel;
  readonly bytesPerSecond?: number;
  readonly refuse?: boolean;
}

interface Override {
  readonly strike: number;
  readonly change: LinkChange;
}

/** A message that waits for bandwidth. */
export interface Waiting {
  readonly departsUs: number;
  readonly bytes: number;
  /** Where it arrives, if it is a datagram, and its copies. Segments of streams are sent anew when the world is healed. */
  readonly arrivals: readonly EventHandle[];
}

export interface LinkStateCheckpoint {
  readonly link: number;
  readonly overrides: readonly Override[];
  readonly isBad: boolean;
  readonly waiting: readonly Waiting[];
}

/** What must be remembered of one link: bursts, queues for bandwidth, and faults upon it. Most links need none. */
export class LinkState {
  profile: LinkProfile;
  chain: LossChain;
  /** In order of their departures; those that have left since among them. */
  waiting: readonly Waiting[] = [];
  /** Strikes to credit for what the profile does now; 0: the plan's own doing. */
  lossStrike = 0;
  latencyStrike = 0;
  bandwidthStrike = 0;
  refuseStrike = 0;
  #base: LinkProfile;
  #overrides: readonly Override[] = [];

  constructor(base: LinkProfile) {
    this.#base = base;
    this.profile = base;
    this.chain = new LossChain(base.plan.loss);
  }

  /** Whether the link is as planned, and remembers nothing that matters. */
  get isIdle(): boolean {
    return this.#overrides.length === 0 && this.waiting.length === 0 && !this.profile.isBursty;
  }

  /** Of several overrides of one field the latest begun counts. */
  override(strike: number, change: LinkChange): void {
    this.#overrides = [...this.#overrides, { strike, change }];
    this.#apply();
  }

  restoreFrom(strike: number): void {
    this.#overrides = this.#overrides.filter((override) => override.strike !== strike);
    this.#apply();
  }

  /** No fault is upon the link any more, and this is how it behaves. */
  heal(base: LinkProfile): void {
    this.#base = base;
    this.#overrides = [];
    this.#apply();
  }

  checkpoint(link: number): LinkStateCheckpoint {
    const { bad: isBad } = this.chain.checkpoint();
    return { link, overrides: this.#overrides, isBad, waiting: this.waiting };
  }

  restore(from: LinkStateCheckpoint): void {
    this.#overrides = from.overrides;
    this.#apply();
    this.chain.restore({ bad: from.isBad });
    this.waiting = from.waiting;
  }

  #apply(): void {
    const lossBefore = this.profile.plan.loss;
    const plan = { ...this.#base.plan };
    this.lossStrike = this.latencyStrike = this.bandwidthStrike = this.refuseStrike = 0;
    for (const { strike, change } of this.#overrides) {
      if (change.loss !== undefined) [plan.loss, this.lossStrike] = [change.loss, strike];
      if (change.latency !== undefined) [plan.latency, this.latencyStrike] = [change.latency, strike];
      if (change.bytesPerSecond !== undefined) {
        [plan.bytesPerSecond, this.bandwidthStrike] = [change.bytesPerSecond, strike];
      }
      if (change.refuse !== undefined) this.refuseStrike = change.refuse ? strike : 0;
    }
    this.profile = new LinkProfile(plan);
    // A chain goes on through changes of anything but the loss itself.
    if (plan.loss !== lossBefore) this.chain = new LossChain(plan.loss);
  }
}
