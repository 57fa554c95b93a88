/**
 * Whether what was said is a standing instruction, "tell me when…", or a question. The server
 * understands the instruction itself; here it is only told apart. Pure.
 */

const WHEN = "when(?:ever)?|if|once|as soon as|the moment|(?:every|each|the next) time|in case";
const ASK = "(?:tell|alert|notify|warn|inform|remind) (?:me|us)|let (?:me|us) know";
const SHOUT = "say something|shout|beep|speak up";
const POLITE = "please|hey|hi|ok|okay|now|so|and|(?:can|could|will|would) you|i want you to";

const POLITELY = new RegExp(`^(?:(?:${POLITE})[\\s,]+)+`, "i");
const TELL_WHEN = new RegExp(`^(?:${ASK}|${SHOUT})(?: please)?,? (?:${WHEN})\\b`, "i");
const WHEN_TELL = new RegExp(`^(?:${WHEN})\\b.*\\b(?:${ASK}|${SHOUT})\\b`, "i");
const LOOK_OUT = /^(?:(?:watch|look)(?: out)?|(?:keep|have) an eye out|be on the lookout) for\b/i;
/** "Tell me when you last saw my cup" asks for what has been. */
const PAST = /\b(?:last|did|was|were|saw|have you seen)\b/i;

const CALL = "(?:告诉|提醒|通知|叫|喊)(?:我|我们)";
const CHINESE = [
  new RegExp(`(?:的时候|时|就|了|后)[，, ]*(?:请)?${CALL}`),
  new RegExp(`^(?:请|帮我)*(?:如果|当|要是|一旦).*${CALL}`),
  /^(?:请|帮我)*(?:留意|盯着|看着|注意)/,
];

/** @returns {boolean} */
export function isInstruction(text) {
  const said = text.trim();
  if (/\p{Script=Han}/u.test(said)) {
    return CHINESE.some((form) => form.test(said)) && !/[吗呢？?]$/.test(said);
  }
  const bare = said.replace(POLITELY, "");
  if (PAST.test(bare)) return false;
  return [TELL_WHEN, WHEN_TELL, LOOK_OUT].some((form) => form.test(bare));
}
