/**
 * Open Eyes for pages of your own: the element `<open-eyes>`, and the class behind it for pages
 * that draw everything themselves. docs/embedding.md says how to use both.
 */

import { OpenEyesElement } from "./element.js";

export { OpenEyes } from "./eyes.js";
export { OpenEyesElement };

if (!customElements.get("open-eyes")) customElements.define("open-eyes", OpenEyesElement);
