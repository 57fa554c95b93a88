/** What can be done about something that was pressed long. */

import { named, say } from "../strings.js";
import { ENGINES, engineName, filled, templateOf } from "./engines.js";
import { closing } from "./menu.js";
import { copied } from "./parts.js";

export class Actions {
  #parts;
  #kept = 0;

  /** `parts` as Explore has them, with `menu`, and `freeze` for the picture. */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Target} target @returns {Item[]} */
  of(target, { still }) {
    const { talk, freeze } = this.#parts;
    const aim = aimOf(target);
    const object = target.object !== undefined;
    const items = [
      { name: say("menu.ask"), run: () => talk.askAbout(aim) },
      { name: say("menu.remember"), run: () => this.#remember(target) },
    ];
    // An object of a frozen picture may be elsewhere by now; what is to come is watched for live.
    const watching = [
      { name: say("menu.like"), run: () => this.#findMore(target) },
      { name: say("menu.watch"), note: say("menu.watch.note"), run: () => this.#watch(target) },
    ];
    if (object) items.push(...watching);
    if (object || target.text) items.push(this.#copying(target), this.#searching(target));
    if (object || target.text) items.push(...this.#changing(target));
    if (!still) items.push({ name: say("menu.freeze"), run: freeze });
    return [...items, closing()];
  }

  /** @param {{text: string, lasting: boolean}} message of the server */
  remembered({ text, lasting }) {
    const key = lasting === true ? "remember.kept" : "remember.session";
    this.#parts.note(say(key, { name: String(text) }));
  }

  #remember(target) {
    const { menu, send, note } = this.#parts;
    const label = named(target.label) || target.text || say("menu.here");
    menu.ask({
      title: say("remember.title", { label }),
      label: say("remember.name"),
      value: named(target.label) || target.text,
      action: say("remember.do"),
      run: (text) => {
        if (!text) return say("remember.name");
        this.#kept += 1;
        const sent = send({ type: "remember", id: `keep-${this.#kept}`, text, ...aimOf(target) });
        if (!sent) note(say("ask.failed.offline"));
        return "";
      },
    });
  }

  #findMore({ object, label }) {
    const { stage, assistant, note } = this.#parts;
    const alike = stage.scene.boxes.filter((box) => box.label === label && box.id !== object);
    if (!assistant.watch(say("like.text", { label: named(label) }), { object, about: "like" })) return;
    stage.mark(alike.map(({ id }) => id));
    note(alike.length ? say("like.here", { count: alike.length }) : say("like.none"));
  }

  #watch({ object, label }) {
    this.#parts.assistant.watch(say("watch.text", { label: named(label) }), { object });
  }

  #copying({ text }) {
    const run = async () => {
      const done = await copied(text);
      this.#parts.note(say(done ? "still.copied" : "still.notcopied"));
    };
    return { name: say("menu.copy"), note: text || say("menu.copy.none"), off: !text, run };
  }

  #searching(target) {
    const words = target.text || named(target.label);
    const { search } = this.#parts.choices.read();
    const engine = engineName(search) || say("engine.own.name");
    const note = search ? say("menu.search.with", { words, engine }) : say("menu.search.unset");
    const run = () => (search ? go(search, words) : this.#choose(words));
    return { name: say("menu.search"), note, run };
  }

  #changing(target) {
    if (!this.#parts.choices.read().search) return [];
    return [{ name: say("menu.engine"), run: () => this.#choose(target.text || named(target.label)) }];
  }

  /** Has the person say where to search, then searches there. */
  #choose(words) {
    const { menu, choices } = this.#parts;
    const use = (search) => {
      choices.remember({ search });
      go(search, words);
    };
    const own = {
      title: say("engine.title"),
      label: say("engine.own"),
      hint: say("engine.hint", { words: "{words}" }),
      value: choices.read().search ?? "",
      action: say("engine.use"),
      run: (text) => {
        const template = templateOf(text);
        if (template) use(template);
        return template ? "" : say("engine.wrong", { words: "{words}" });
      },
    };
    menu.open(say("engine.title"), menu.at, [
      ...ENGINES.map(({ name, address }) => ({ name, run: () => use(address) })),
      { name: say("engine.own"), run: () => menu.ask(own) },
      closing(),
    ]);
  }
}

/** What the server is told of it. */
function aimOf({ object, point }) {
  return object === undefined ? { point } : { object };
}

/** In a tab of its own, which learns nothing of where it came from. */
function go(template, words) {
  window.open(filled(template, words), "_blank", "noopener,noreferrer");
}
