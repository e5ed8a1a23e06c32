// How long everything takes, at the most, once the world is fair again: what liveness is judged by (properties.md AL1).

import { withoutServiceUs } from "./degraded-mode.ts";
import { itemsUs } from "./item-settings.ts";
import { backoffUs, failoverWaitUs, type MeshSettings } from "./settings.ts";

/** Time from the first send to the last failed attempt when nothing is ever answered, at the most. */
function attemptsUs({ transfer: { deadline, tick }, retry: retrying }: MeshSettings): number {
  let totalUs = retrying.attemptsMax * (deadline + tick);
  for (let number = 1; number < retrying.attemptsMax; number += 1) {
    const delayUs = backoffUs(retrying, number);
    totalUs += delayUs + Math.floor((delayUs * retrying.jitter) / 100);
  }
  return totalUs;
}

/**
 * B of AL1: a transfer that was stuck when the world healed is found and undone, a client that was silent comes back,
 * and one more transfer uses up all its attempts.
 */
export function meshSettleUs(settings: MeshSettings): number {
  const { watchdog: dog, rollback: undo, client: people, server: node, coordinator: register } = settings;
  const stuckUs = dog.bound + 2 * dog.sweep + 2 * attemptsUs(settings);
  // Elections may be split; whoever asks may have to ask every coordinator.
  const ledUs = 5 * (register.electionTimeout + register.electionSpread);
  const askedUs = undo.retry + register.sealRetry + register.batchDelay + node.askRetry + node.writeRetry;
  const askedAgainUs = 4 * askedUs + ledUs;
  const clientUs = people.silence + 4 * (people.askRetry + people.retry);
  return (
    stuckUs +
    askedAgainUs +
    clientUs +
    failoverUs(settings) +
    withoutServiceUs(settings.degraded, settings.health.check) +
    itemsUs(settings) +
    settings.transfer.incomingTimeout +
    settings.transfer.cooldown
  );
}

/** From the instant a server is lost to that at which others are granted its players, at the most, in a fair world. */
function failoverUs(settings: MeshSettings): number {
  const { health: pulse, failover: how } = settings;
  if (how.decidedBy !== "coordinator") return 0;
  const waitsUs = failoverWaitUs(settings);
  // Nobody can say how long it is when a server is waited for that does not let go.
  return Math.max(pulse.timeout, waitsUs === Infinity ? 0 : waitsUs) + pulse.heartbeat + 2 * pulse.check;
}
