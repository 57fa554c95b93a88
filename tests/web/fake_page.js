/** As much of a page as modules need that make elements: for tests without a browser. */

class Element {
  constructor(name) {
    this.localName = name;
    this.attributes = new Map();
    this.children = [];
    this.parentNode = null;
    this.style = {};
    this.value = "";
    this.writes = 0;
    this.heard = new Map();
    const key = (name) => `data-${name}`;
    this.dataset = new Proxy(this, {
      get: (_, name) => this.attributes.get(key(name)),
      set: (_, name, value) => Boolean(this.attributes.set(key(name), String(value))),
    });
    const names = () => new Set((this.attributes.get("class") ?? "").split(" ").filter(Boolean));
    this.classList = {
      contains: (name) => names().has(name),
      toggle: (name, on) => {
        const now = names();
        now[on ? "add" : "delete"](name);
        this.attributes.set("class", [...now].join(" "));
      },
    };
  }

  setAttribute(name, value) {
    this.attributes.set(name, String(value));
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  hasAttribute(name) {
    return this.attributes.has(name);
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  get id() {
    return this.getAttribute("id");
  }

  set id(id) {
    this.setAttribute("id", id);
  }

  click() {
    this.fire("click");
  }

  get textContent() {
    return this.text ?? this.children.map((each) => each.textContent).join("");
  }

  set textContent(text) {
    this.children = [];
    this.text = String(text);
    this.writes += 1;
  }

  append(...elements) {
    for (const element of elements) this.appendChild(element);
  }

  appendChild(element) {
    element.parentNode = this;
    this.children.push(element);
    return element;
  }

  after(element) {
    this.parentNode.appendChild(element);
  }

  remove() {
    if (this.contains(document.activeElement)) document.activeElement = document.body;
    const { children } = this.parentNode ?? { children: [] };
    if (children.includes(this)) children.splice(children.indexOf(this), 1);
    this.parentNode = null;
  }

  contains(other) {
    return other === this || this.children.some((each) => each.contains(other));
  }

  matches(selector) {
    return selector.split(",").some((each) => this.#matchesPath(each.trim().split(/\s+/)));
  }

  #matchesPath(path) {
    const parts = path.at(-1).match(/^[a-z]\w*|[.#][\w-]+|\[[^\]]+\]/g);
    if (!parts.every((part) => this.#fits(part))) return false;
    return path.length === 1 || Boolean(this.parentNode?.closest(path.slice(0, -1).join(" ")));
  }

  #fits(part) {
    if (part[0] === ".") return this.classList.contains(part.slice(1));
    if (part[0] === "#") return this.id === part.slice(1);
    if (part[0] !== "[") return this.localName === part;
    const [name, value] = part.slice(1, -1).split("=");
    return value ? this.getAttribute(name) === value.replaceAll('"', "") : this.hasAttribute(name);
  }

  querySelectorAll(selector) {
    const below = this.children.flatMap((each) => [each, ...each.querySelectorAll("*")]);
    return selector === "*" ? below : below.filter((each) => each.matches(selector));
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  closest(selector) {
    return this.matches(selector) ? this : (this.parentNode?.closest(selector) ?? null);
  }

  focus() {
    document.activeElement = this;
  }

  select() {}

  showModal() {
    this.setAttribute("open", "");
  }

  close() {
    this.removeAttribute("open");
    setTimeout(() => this.fire("close"));
  }

  addEventListener(name, act) {
    this.heard.set(name, [...(this.heard.get(name) ?? []), act]);
  }

  /** @returns {object} the event, which went up to the body and the window */
  fire(type, more = {}) {
    const event = { type, target: this, defaultPrevented: false, ...more };
    event.preventDefault = () => (event.defaultPrevented = true);
    event.stopPropagation = () => (event.stopped = true);
    for (let each = this; each && !event.stopped; each = each.parentNode) each.hear(event);
    if (!event.stopped) listeners.hear(event);
    return event;
  }

  hear(event) {
    for (const act of this.heard.get(event.type) ?? []) act(event);
  }
}

const listeners = new Element("window");

/** Puts a page in place, with elements of these ids. @param {Record<string, string>} ids names */
export function fakePage(ids) {
  const body = new Element("body");
  globalThis.document = {
    body,
    // What is linked there counts as loaded.
    head: { append: (link) => queueMicrotask(() => link.onload()) },
    documentElement: new Element("html"),
    activeElement: body,
    hidden: false,
    createElement: (name) => new Element(name),
    createElementNS: (_, name) => new Element(name),
    getElementById: (id) => body.querySelector(`#${id}`),
    querySelector: (selector) => body.querySelector(selector),
    addEventListener: () => {},
  };
  listeners.heard.clear();
  globalThis.window = globalThis;
  globalThis.navigator ??= {};
  globalThis.visualViewport ??= null;
  globalThis.addEventListener = (name, act) => listeners.addEventListener(name, act);
  for (const [id, name] of Object.entries(ids)) {
    body.appendChild(new Element(name)).setAttribute("id", id);
  }
  return document;
}
