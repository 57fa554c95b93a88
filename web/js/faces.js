/** How entries, watches, alerts and memories look as cards (see cards.js). Pure. */

import { ageWords } from "./age.js";
import { known, say } from "./strings.js";

export function entryCard(entry, now, again) {
  const { id, question, state, reason, at, ended, evidence } = entry;
  const text = reason ? say(`ask.failed.${reason}`) : entry.text;
  const failed = state === "failed";
  return {
    key: id,
    head: question,
    text: ended === null ? `${text}…` : text,
    meta: at === null || failed ? "" : sightWords(entry, now),
    tone: state,
    picture: evidence,
    action: failed && question ? { name: say("ask.again"), run: () => again(entry) } : null,
  };
}

export function watchCard({ id, text, rule, state }, remove) {
  return {
    key: id,
    head: text,
    text: ruleWords({ rule, state }),
    meta: state === "ended" ? say("watch.ended") : "",
    tone: state,
    action: { name: say("watch.remove"), run: () => remove(id) },
  };
}

/** What became of a watch: what was understood, or why it was not. */
export function ruleWords({ rule, state }) {
  if (state === "sent") return say("watch.sent");
  return state === "failed" ? rule : say("watch.rule", { rule });
}

export function alertCard({ id, text, at, evidence }, now, dismiss) {
  const action = { name: say("action.dismiss"), run: () => dismiss(id) };
  return { key: id, text, meta: ageWords(now - at), picture: evidence, action };
}

export function memoryCard({ text, ago, box, evidence }, index) {
  return { key: String(index), text, meta: ageWords(ago), picture: evidence, box };
}

/** How old the sight is that something rests on, and who says it. */
export function sightWords({ at, source }, now) {
  const name = known(`source.${source}`) ? say(`source.${source}`) : source;
  return `${ageWords(now - at)} · ${name}`;
}
