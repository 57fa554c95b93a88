// Notes, for every frame that the preview displays, the number stamped into it and the boxes that
// the page has drawn over it. `window.sampler = { start(), notes }`; needs `readStamp` beside it.

window.sampler = (() => {
  const notes = [];
  const read = window.makeStampReader();
  const note = (video) => {
    video.requestVideoFrameCallback(() => {
      note(video);
      const number = read(video);
      // The page draws in its own callback for this frame; wait until all of them have run.
      queueMicrotask(() => {
        const { boxes, frame } = window.openEyes.drawn();
        if (number !== null) notes.push({ number, boxes, how: frame?.how ?? null });
      });
    });
  };
  return { notes, start: () => note(document.querySelector("video")) };
})();
