/**
 * One colour per object, the same that the server draws with. In HSL: hue = id · 137.508° mod 360°,
 * saturation 75 %, lightness 55 %. Pure.
 */

/** Degrees. The golden angle: neighbouring ids land far apart on the colour wheel. */
const GOLDEN_ANGLE = 137.508;
/** Percent. */
const SATURATION = 75;
const LIGHTNESS = 55;

/** @returns {number} hue in degrees, 0…360 */
export function hueOf(id) {
  return (id * GOLDEN_ANGLE) % 360;
}

/**
 * A CSS colour and the ink, black or white, that reads better upon it (WCAG 2 contrast).
 * @returns {{fill: string, ink: string}}
 */
export function coloursOf(id) {
  const hue = hueOf(id);
  const light = luminance(hue);
  const ink = (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? "#000" : "#fff";
  return { fill: `hsl(${hue.toFixed(1)} ${SATURATION}% ${LIGHTNESS}%)`, ink };
}

/** Relative luminance (WCAG 2) of the hue at this page's saturation and lightness. */
function luminance(hue) {
  const [red, green, blue] = [0, 8, 4].map((offset) => linear(channel(hue, offset)));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** One sRGB channel of an HSL colour (CSS Color 4, section 7.1); offset 0 red, 8 green, 4 blue. */
function channel(hue, offset) {
  const k = (offset + hue / 30) % 12;
  const light = LIGHTNESS / 100;
  const reach = (SATURATION / 100) * Math.min(light, 1 - light);
  return light - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1));
}

function linear(value) {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
