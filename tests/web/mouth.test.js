/** The browser's voice, which may not tell that it has ended. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { BrowserMouth } from "../../web/js/voice/mouth.js";

globalThis.SpeechSynthesisUtterance = class {};

test("what is not said to its end in its time is broken off", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    let speaking = null;
    const synthesis = {
      getVoices: () => [{ lang: "en-GB", localService: true, default: true }],
      resume() {},
      speak: (utterance) => (speaking = utterance),
      cancel: () => (speaking = null),
    };
    const mouth = new BrowserMouth(synthesis, () => false);
    const said = mouth.say("One.", { language: "en", rate: 1, began() {} });
    assert.notEqual(speaking, null);
    mock.timers.tick(60_000);
    assert.equal(await said, false);
    assert.equal(speaking, null);
  } finally {
    mock.timers.reset();
  }
});
