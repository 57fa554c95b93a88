/** `window.openEyes`, for tests and for the curious: docs/protocol.md says what each gives. */

export function inspection({ app, stage, connection, assistant, voice, stats }) {
  return Object.freeze({
    drawn: () => structuredClone(stage.drawn),
    state: () => app.state,
    problem: () => app.problem?.code ?? null,
    session: () => connection.session?.id ?? null,
    glassToGlass: () => stage.late(performance.now()).glass,
    boxLatency: () => {
      const { boxes, detected } = stage.late(performance.now());
      return { boxes, detected };
    },
    roundTrip: () => connection.session?.heartbeat.latest ?? null,
    stats: () => structuredClone(stats()),
    captions: () => structuredClone(assistant.known.caption),
    answers: () => structuredClone(assistant.known.answers),
    watches: () => structuredClone(assistant.known.watches),
    alerts: () => structuredClone(assistant.known.alerts),
    voice: () => structuredClone(voice.known),
    ask: (text, target) => assistant.ask(text, target),
    watch: (text) => assistant.watch(text),
  });
}
