/** A long press: a finger that stays where it came down. Pure but for its timer. */

/** So long a finger has to stay, ms. */
export const LONG = 500;
/** So far it may tremble, CSS pixels. */
export const STEADY = 10;

export class Press {
  #pressed;
  #timer = null;
  #from = null;

  /** Whether the finger that is down, or was last, has pressed long: its click means nothing. */
  long = false;

  /** @param {(spot: {x: number, y: number}) => void} pressed is called while the finger is down */
  constructor(pressed) {
    this.#pressed = pressed;
  }

  /** @param {boolean} only whether it is the only finger */
  down(spot, only) {
    this.end();
    if (!only) return;
    this.long = false;
    this.#from = spot;
    this.#timer = setTimeout(() => {
      this.long = true;
      this.#pressed(spot);
    }, LONG);
  }

  move({ x, y }) {
    if (this.#timer && Math.hypot(x - this.#from.x, y - this.#from.y) > STEADY) this.end();
  }

  /** The finger is up, or became a gesture. */
  end() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/**
 * Calls for a long press, a right click, or the menu key.
 * @param {(spot: {x: number, y: number}, from: EventTarget) => void} pressed
 */
export function onLongPress(element, pressed) {
  const press = new Press((spot) => pressed(spot, element));
  const spotOf = ({ clientX: x, clientY: y }) => ({ x, y });
  element.addEventListener("pointerdown", (event) => {
    const waits = event.button === 0 && event.pointerType !== "mouse" && !isText(event);
    press.down(spotOf(event), event.isPrimary && waits);
  });
  element.addEventListener("pointermove", (event) => press.move(spotOf(event)));
  for (const over of ["pointerup", "pointercancel"]) {
    element.addEventListener(over, () => press.end());
  }
  element.addEventListener("contextmenu", (event) => {
    if (isText(event)) return;
    event.preventDefault();
    press.end();
    // Android opens its own for the very press that was long already.
    if (!press.long) pressed(spotOf(event), event.target);
    press.long ||= event.pointerType === "touch";
  });
  const swallow = (event) => {
    if (!press.long) return;
    press.long = false;
    event.stopPropagation();
  };
  element.addEventListener("click", swallow, { capture: true });
}

/** Written words have the browser's own long press: it selects them. */
function isText({ target }) {
  return Boolean(target.closest?.("[data-words]"));
}
