// What is chosen, in words: what happened in that step, the node's state before and after, what it came from, what it led to.

import { fates, type Timeline } from "../../report/timeline.ts";
import { printMoment, printTime } from "../../report/words.ts";
import { type Cause, chainOf, type Step, stepOf } from "./causality.ts";
import { arrivedMax, detailKind, type Model, timerKind } from "./model.ts";
import type { ViewState } from "./view-state.ts";

const fateWords: Readonly<Record<(typeof fates)[number], string>> = {
  delivered: "arrives",
  late: "arrives late",
  duplicate: "arrives once more",
  changed: "arrives changed by a fault",
  never: "still on its way at the end",
  loss: "lost on the link",
  partition: "lost in a partition",
  dropFault: "dropped by a fault",
  queueFull: "lost: the queue was full",
  corruptFrame: "discarded: the frame was damaged",
  malformed: "discarded: it could not be read",
  receiverDown: "lost: the receiver was down",
  connectionReset: "lost: the connection was reset",
  refused: "refused",
};

const chainShown = 14;

export function Detail({ model, view, step }: { model: Model; view: ViewState; step: Step | undefined }) {
  return (
    <div class="detail" aria-live="polite" data-testid="detail">
      {step === undefined ? (
        <p class="hint">
          Choose an arrow or a mark to see what it was, the state of its node before and after, what it came from, and
          what it led to.
        </p>
      ) : (
        <Chosen model={model} view={view} step={step} />
      )}
    </div>
  );
}

function Chosen({ model, view, step }: { model: Model; view: ViewState; step: Step }) {
  const { timeline } = model;
  const name = timeline.lanes[step.lane]?.name ?? "the world";
  const broken = timeline.violations.filter(({ event }) => event === step.event);
  return (
    <>
      <h3>
        <bdi>{name}</bdi> at {printMoment(step.atUs - timeline.startUs, 6)}
      </h3>
      {broken.map(({ property, because }) => (
        <p key={property} class="broken">
          <strong>{property} is broken:</strong> {because}
        </p>
      ))}
      <div class="columns">
        <section>
          <h4>In this step</h4>
          <StepLines model={model} view={view} step={step} />
        </section>
        <StateChange model={model} step={step} />
        <section>
          {broken.length === 0 ? null : <Evidence model={model} view={view} broken={broken} event={step.event} />}
          <h4>What it came from</h4>
          <Chain model={model} view={view} step={step} />
        </section>
      </div>
    </>
  );
}

function StepLines({ model, view, step }: { model: Model; view: ViewState; step: Step }) {
  const { messages, happenings, timeline } = model;
  const { texts, lanes } = timeline;
  const told = step.happenings.filter((place) => happenings.kind[place] !== timerKind);
  const timers = step.happenings.filter((place) => happenings.kind[place] === timerKind);
  return (
    <ul class="lines">
      {step.arrived === undefined ? null : (
        <li class="in">
          ← {lanes[messages.from[step.arrived]]?.name}: {texts[messages.text[step.arrived]]}, after{" "}
          {printTime(messages.endUs[step.arrived] - messages.atUs[step.arrived])}
        </li>
      )}
      {timers.map((place) => (
        <li key={place} class="in">
          its timer {texts[happenings.text[place]]} fires
        </li>
      ))}
      {told.map((place) => (
        <li key={place} class={happenings.kind[place] === detailKind ? "fine" : ""}>
          {texts[happenings.text[place]]}
        </li>
      ))}
      {step.sent.map((place) => (
        <li key={place} class={messages.fate[place] > arrivedMax ? "out lost" : "out"}>
          → {lanes[messages.to[place]]?.name}: {texts[messages.text[place]]},{" "}
          {messages.arrivedIn[place] === 0 ? (
            fateWords[fates[messages.fate[place]] ?? "delivered"]
          ) : (
            <button
              type="button"
              class="link"
              onClick={() => view.jump({ event: messages.arrivedIn[place], atUs: messages.endUs[place] })}
            >
              {fateWords[fates[messages.fate[place]] ?? "delivered"]} after{" "}
              {printTime(messages.endUs[place] - messages.atUs[place])}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What the node said of itself that lasted: before the step, and after it. */
function StateChange({ model, step }: { model: Model; step: Step }) {
  const { spans, texts } = model.timeline;
  const own = [...spans.lane.keys()].filter((span) => spans.lane[span] === step.lane);
  const began = own.filter((span) => spans.beganWith[span] === step.event && spans.endedWith[span] !== step.event);
  const ended = own.filter((span) => spans.endedWith[span] === step.event && spans.beganWith[span] !== step.event);
  const going = own.filter(
    (span) =>
      spans.beganWith[span] < step.event &&
      spans.fromUs[span] <= step.atUs &&
      (spans.endedWith[span] === 0 ? spans.toUs[span] >= step.atUs : spans.endedWith[span] > step.event),
  );
  const line = (span: number): string => `${texts[spans.row[span]]}: ${texts[spans.label[span]]}`;
  const empty = began.length + ended.length + going.length === 0;
  return (
    <section>
      <h4>Its state, before and after</h4>
      {empty ? <p class="hint">It said nothing of itself that lasts.</p> : null}
      <ul class="state">
        {ended.map((span) => (
          <li key={span} class="minus">
            <span class="sign">no longer</span> {line(span)}
          </li>
        ))}
        {began.map((span) => (
          <li key={span} class="plus">
            <span class="sign">from now</span> {line(span)}
          </li>
        ))}
        {going.map((span) => (
          <li key={span}>
            <span class="sign">as before</span> {line(span)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The events that a property's judge points to. */
function Evidence({
  model,
  view,
  broken,
  event,
}: {
  model: Model;
  view: ViewState;
  broken: Timeline["violations"];
  event: number;
}) {
  const { startUs, lanes } = model.timeline;
  const events = [...new Set(broken.flatMap(({ evidence }) => evidence))].filter((one) => one !== event);
  const steps = events.flatMap((one) => stepOf(model, one) ?? []);
  if (steps.length === 0) return null;
  return (
    <>
      <h4>What it rests on</h4>
      <ol class="chain">
        {steps.slice(0, chainShown).map((step) => (
          <li key={step.event}>
            <button type="button" class="link" onClick={() => view.jump(step)}>
              {printMoment(step.atUs - startUs, 3)} {lanes[step.lane]?.name ?? "world"} {toldIn(model, step)}
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

/** The first thing stated in a step, or else what arrived in it. */
function toldIn({ messages, happenings, timeline: { texts } }: Model, step: Step): string {
  const told = step.happenings.find(
    (place) => happenings.kind[place] !== timerKind && happenings.kind[place] !== detailKind,
  );
  const text = told === undefined ? undefined : happenings.text[told];
  if (text !== undefined) return texts[text] ?? "";
  return step.arrived === undefined ? "" : `receives ${texts[messages.text[step.arrived]] ?? ""}`;
}

function Chain({ model, view, step }: { model: Model; view: ViewState; step: Step }) {
  const chain = chainOf(model, step);
  if (chain.length === 0)
    return <p class="hint">No message led here: its own clock, how the run began, or the world's doing.</p>;
  return (
    <ol class="chain">
      {chain.slice(0, chainShown).map((cause) => (
        <li key={cause.event}>
          <button type="button" class="link" onClick={() => jumpTo(model, view, cause)}>
            {causeWords(model, cause)}
          </button>
        </li>
      ))}
      {chain.length > chainShown ? <li class="hint">and {chain.length - chainShown} steps before</li> : null}
    </ol>
  );
}

function jumpTo(model: Model, view: ViewState, { event }: Cause): void {
  const step = stepOf(model, event);
  view.jump({ event, atUs: step?.atUs ?? timeOf(model, event) });
}

/** A step in which only a timer was set leaves no trace of its own: it stands beside what happened next. */
const timeOf = ({ messages }: Model, event: number): number => {
  const place = messages.sentIn.findIndex((one) => one >= event);
  return place === -1 ? 0 : messages.atUs[place];
};

function causeWords({ messages, happenings, timeline }: Model, { message, timer }: Cause): string {
  const { lanes, texts, startUs } = timeline;
  if (message !== undefined) {
    const at = printMoment(messages.atUs[message] - startUs, 3);
    return `${at} ${lanes[messages.from[message]]?.name} sent ${texts[messages.text[message]]}`;
  }
  const place = timer ?? 0;
  const name = lanes[happenings.lane[place]]?.name ?? "";
  return `${name} had set its timer ${texts[happenings.text[place]]}`;
}
