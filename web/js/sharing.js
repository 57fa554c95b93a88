/**
 * The switch by which a person lets the operator see small pictures of what they show. Off at
 * first and remembered nowhere: whoever opens the page next agrees anew.
 */

/** Few words, of a thing that few look for: they come with it. */
export const WORDS = {
  en: {
    name: "Let the operator see",
    off: "Whoever runs this server sees no picture of yours",
    on: "Whoever runs this server sees small pictures of what you show, until you switch this off",
  },
  zh: {
    name: "允许管理员查看",
    off: "运行此服务器的人看不到你的画面",
    on: "运行此服务器的人能看到你拍摄内容的小图，直到你关闭此项",
  },
};

/** The button that opens the sheet is marked for as long as it is on. */
const MARK = "color: #121417; background: #ffc857; border-radius: 50%; box-shadow: 0 0 0 5px #ffc857";

export class Sharing {
  #input;
  #name;
  #note;
  #words = WORDS.en;

  /** Whether the person agrees, now. */
  agreed = false;

  /**
   * @param {HTMLLabelElement} beside a switch that this one is made like, and put after
   * @param {(agreed: boolean) => void} on the person has agreed, or does no more
   */
  constructor(beside, on) {
    const label = beside.cloneNode(true);
    this.#input = label.querySelector("input");
    this.#name = label.querySelector("b");
    this.#note = label.querySelector("small");
    for (const words of [this.#name, this.#note]) delete words.dataset.say;
    Object.assign(this.#input, { id: "share", checked: false });
    this.#note.setAttribute("role", "status");
    this.#input.addEventListener("change", (event) => {
      event.stopPropagation();
      this.agreed = this.#input.checked;
      on(this.agreed);
      this.#tell();
    });
    beside.after(label);
  }

  /** @param {Language} language to say it in */
  show(language) {
    this.#words = WORDS[language];
    this.#tell();
  }

  #tell() {
    this.#name.textContent = this.#words.name;
    this.#note.textContent = this.#words[this.agreed ? "on" : "off"];
    document.querySelector("#view svg").style.cssText = this.agreed ? MARK : "";
  }
}
