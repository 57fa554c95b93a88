// Notes what the page makes of the frames that are displayed, by the numbers stamped into them:
// `window.sampler = { start(), notes, glass }`; needs `makeStampReader` beside it.
// `notes`: for every frame of the preview its number and the boxes that the page has drawn over it.
// `glass`: for every frame that came back, ms from its capture to its showing: `stamped`, as the
// preview dated the capture of the frame with that number, and `told`, as the page has it.

window.sampler = (() => {
  const notes = [];
  const glass = [];
  const captures = new Map();
  // Half the clip: a number displayed longer ago was missed on its newest round.
  const oldest = 6000;
  const read = window.makeStampReader();
  const every = (id, note) => {
    const video = document.querySelector(id);
    const step = (_now, metadata) => {
      video.requestVideoFrameCallback(step);
      const number = read(video);
      // The page's own callback for this frame comes first, as it was asked for first.
      if (number !== null) queueMicrotask(() => note(number, metadata));
    };
    video.requestVideoFrameCallback(step);
  };
  const displayed = (number, { captureTime }) => {
    captures.set(number, captureTime);
    const { boxes, frame } = window.openEyes.drawn();
    notes.push({ number, boxes, how: frame?.how ?? null });
  };
  const returned = (number, { expectedDisplayTime }) => {
    const told = window.openEyes.glassToGlass();
    const stamped = expectedDisplayTime - captures.get(number);
    if (told?.estimated === false && stamped < oldest) glass.push({ stamped, told: told.newest });
  };
  return {
    notes,
    glass,
    start: () => {
      every("#preview", displayed);
      every("#returned", returned);
    },
  };
})();
