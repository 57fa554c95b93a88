// Reads the number stamped into a displayed frame (vision/frame_stamp.py):
// `window.makeStampReader()` gives a function of a <video>, to a number or null.

const CELLS = 20;
const PIXELS = 8; // of a cell on the canvas that is read back
const STRIP = 16 / 480; // height of the strip, fraction of the picture

window.makeStampReader = () => {
  const canvas = document.createElement("canvas");
  canvas.width = CELLS * PIXELS;
  canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width) return null;
    const middle = height * (1 - STRIP / 2);
    context.drawImage(video, 0, middle - 1, width, 2, 0, 0, canvas.width, 1);
    const { data } = context.getImageData(0, 0, canvas.width, 1);
    return decode(cellLevels(data));
  };
};

function cellLevels(data) {
  return Array.from({ length: CELLS }, (_, cell) => {
    let sum = 0;
    for (let x = PIXELS / 4; x < (PIXELS * 3) / 4; x += 1) sum += data[(cell * PIXELS + x) * 4 + 1];
    return sum / (PIXELS / 2);
  });
}

function decode([white, black, ...cells]) {
  if (white - black < 60) return null;
  const bits = cells.map((level) => (level - black) / (white - black) > 0.5);
  const number = bits.slice(0, 16).reduce((value, bit) => value * 2 + bit, 0);
  const check = bits.slice(16).reduce((value, bit) => value * 2 + bit, 0);
  return bits.slice(0, 16).filter(Boolean).length % 4 === check ? number : null;
}
