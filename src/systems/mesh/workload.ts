// What the people do: how players walk and act, when they leave, and what an operator types. All of it is data.

import { z } from "zod";

import { duration, positiveDuration } from "../quantities.ts";
import { playbookEntry, scripted } from "./orders.ts";

const millimetres = z.int().min(0).max(1_000_000_000);
import type { Shift } from "./items.ts";
import { regionAt } from "./topology.ts";

const motion = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("still"),
      x: z.int().optional().describe("Millimetres along the world; absent: spread evenly over the regions."),
    }),
    z.strictObject({
      type: z.literal("patrol").describe("Walks between two points and back, for ever."),
      from: z.int().describe("Millimetres along the world."),
      to: z.int().describe("Millimetres along the world."),
    }),
    z.strictObject({
      type: z.literal("border").describe("Walks to and fro over a border."),
      border: z
        .int()
        .min(1)
        .optional()
        .describe("Border k lies between servers k-1 and k, from 0; absent: players take the borders in turn."),
      reach: z.int().min(1).max(1_000_000_000).default(5000).describe("Millimetres to each side of the border."),
    }),
    z.strictObject({
      type: z
        .literal("gather")
        .describe("Stands at home until it walks to a place, with everybody else who does, and back again."),
      to: z.int().describe("Millimetres along the world: a far region (mass migration), or a place near a border."),
      from: z.int().optional().describe("Home, in millimetres; absent: spread evenly over the regions."),
      scatter: millimetres.default(0).describe("Homes and places are spread over so many millimetres."),
      at: duration.prefault("5s").describe("When the first set out, on their own clocks."),
      within: duration.prefault("0s").describe("How long it takes until all have set out."),
      stay: duration.prefault("0s").describe("How long after setting out they turn back; 0s: they stay."),
    }),
    z.strictObject({
      type: z.literal("spawn").describe("Each session begins at one place before a border, which is crossed at once."),
      border: z.int().min(1).default(1).describe("Border k lies between servers k-1 and k, from 0."),
      before: millimetres.default(2000).describe("Millimetres from the place to the border."),
      beyond: millimetres.default(5000).describe("Millimetres beyond the border where the player then stays."),
    }),
  ])
  .describe("How a player walks.");

const actions = z.strictObject({
  every: positiveDuration.prefault("200ms").describe("Mean time between a player's actions."),
  spread: duration.prefault("100ms").describe("The time between actions varies by this much."),
  score: z.int().min(0).max(1000).default(6).describe("Weight of scoring among actions."),
  pickup: z.int().min(0).max(1000).default(3).describe("Weight of picking an item up."),
  drop: z.int().min(0).max(1000).default(1).describe("Weight of dropping an item."),
  give: z.int().min(0).max(1000).default(0).describe("Weight of giving an item to another player."),
  trade: z
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe("Weight of offering an item to another player for one of theirs."),
  spawn: z.int().min(0).max(1000).default(0).describe("Weight of making a new item, which lies on the ground then."),
  destroy: z.int().min(0).max(1000).default(0).describe("Weight of destroying an item."),
  where: z.int().min(0).max(1000).default(0).describe("Weight of asking where an item is, which changes nothing."),
});

const person = z.object({
  motion: motion.default({ type: "border", reach: 5000 }),
  speed: z.int().min(0).max(1_000_000).default(5000).describe("Millimetres a second."),
  step: positiveDuration.prefault("50ms").describe("Time between a player's steps; each is one message."),
  actions: actions.prefault({}).describe("What a player does beside walking."),
  acts: z.boolean().default(true).describe("Whether the player does anything but walk."),
  startAfter: duration.prefault("0s").describe("When the player first joins."),
  startSpread: duration.prefault("200ms").describe("Joins are spread over this long."),
  stay: duration.prefault("0s").describe("Length of a session, after which the player leaves; 0s: it stays."),
  away: positiveDuration.prefault("2s").describe("Time between sessions."),
});

export const meshWorkload = z.strictObject({
  players: person.strict().prefault({}).describe("Every player, unless an override says otherwise."),
  overrides: z
    .array(
      z.strictObject({
        players: z.array(z.string()).min(1).describe("Names of players."),
        with: z
          .strictObject({
            motion: motion.optional(),
            speed: z.int().min(0).max(1_000_000).optional(),
            step: positiveDuration.optional(),
            actions: actions.optional(),
            acts: z.boolean().optional(),
            startAfter: duration.optional(),
            startSpread: duration.optional(),
            stay: duration.optional(),
            away: positiveDuration.optional(),
          })
          .describe("What differs for them."),
      }),
    )
    .default([])
    .describe("Players who differ; later entries win."),
  items: z.int().min(0).max(100_000).default(8).describe("Items on the ground at the start: item-1, item-2, ..."),
  itemsAt: z
    .enum(["middles", "borders"])
    .default("middles")
    .describe("Where items lie at the start: in the middles of the regions in turn, or to both sides of the borders."),
  copies: z
    .array(
      z.strictObject({
        at: duration.describe("When a second instance of the item comes into being, by a fault of nobody's."),
        item: z.string().describe("Name of the item."),
        to: z
          .union([
            z.strictObject({ x: z.int().describe("Millimetres along the world: it lies there on the ground.") }),
            z.strictObject({ player: z.string().describe("Name of the player who has it.") }),
          ])
          .describe("Where the second one is."),
      }),
    )
    .default([])
    .describe("Duplicates that are made to see who finds them (MESH-F6-09)."),
  operator: z.array(scripted).default([]).describe("What the operator does, and when."),
  playbook: z
    .array(playbookEntry)
    .max(100)
    .default([])
    .describe("What the operator does when an alert comes, and how long after it."),
});

export type MeshWorkload = z.infer<typeof meshWorkload>;
export type Person = MeshWorkload["players"];
export type Motion = Person["motion"];
export type PlannedCopy = MeshWorkload["copies"][number];

/** The person a player is: the common one, with every override that names it, in order. */
export function personOf(workload: MeshWorkload, name: string): Person {
  let who: Person = workload.players;
  for (const { players, with: difference } of workload.overrides) {
    if (players.includes(name)) who = merged(who, difference);
  }
  return who;
}

function merged(who: Person, difference: MeshWorkload["overrides"][number]["with"]): Person {
  return {
    motion: difference.motion ?? who.motion,
    speed: difference.speed ?? who.speed,
    step: difference.step ?? who.step,
    actions: difference.actions ?? who.actions,
    acts: difference.acts ?? who.acts,
    startAfter: difference.startAfter ?? who.startAfter,
    startSpread: difference.startSpread ?? who.startSpread,
    stay: difference.stay ?? who.stay,
    away: difference.away ?? who.away,
  };
}

/** Where the items lie at the start, in a world of `regions`. */
export function itemsLaid({ items, itemsAt }: MeshWorkload, regions: number, width: number): readonly Shift[] {
  return itemNames(items).map((item, at) => {
    const x = itemsAt === "middles" ? (at % regions) * width + Math.floor(width / 2) : besideBorder(at, regions, width);
    return { item, from: null, to: { type: "ground", region: regionAt(regions, width, x), x } };
  });
}

/** To the left and the right of each border in turn, each a little further off. */
function besideBorder(at: number, regions: number, width: number): number {
  const borders = Math.max(1, regions - 1);
  const side = Math.floor(at / borders) % 2 === 0 ? -1 : 1;
  const off = 500 + ((Math.floor(at / (2 * borders)) * 600) % Math.max(1, Math.floor(width / 2) - 500));
  return ((at % borders) + 1) * width + side * off;
}

export const itemNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `item-${index + 1}`);
