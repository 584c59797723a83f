// The job picker: type, arrows, Enter, Escape. htmx fetches the list (and drops stale
// replies); this module only opens, walks and chooses. Without it the form has a button
// "Search" that answers with radio buttons.

const pickers = new WeakSet();

class Combobox {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input[name=q]");
    this.list = root.querySelector(".combobox-list");
    this.id = root.querySelector("input[type=hidden][name=ats_job_id]");
    this.name = root.querySelector("input[type=hidden][name=ats_job_name]");
    this.active = null;
    root.classList.add("combobox-alive");
    this.describe();
    this.listen();
  }

  describe() {
    const label = this.root.querySelector("label");
    label.id ||= `${this.input.id}-label`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-labelledby", label.id);
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.setAttribute("aria-controls", this.list.id);
    this.input.setAttribute("aria-expanded", "false");
  }

  listen() {
    this.input.addEventListener("click", () => this.open());
    this.input.addEventListener("input", () => this.open({ fetch: false }));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.leave());
    // What was typed is not a choice: only choosing tells the form of a change.
    this.input.addEventListener("change", (event) => event.stopPropagation());
    // mousedown, because blur would close the list before the click arrives
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[data-id]");
      if (option) this.choose(option.dataset.id, option.dataset.name);
    });
    this.list.addEventListener("htmx:afterSwap", () => {
      this.activate(null);
      if (document.activeElement === this.input) this.show();
    });
    this.input.addEventListener("htmx:responseError", () => this.fail());
    this.input.addEventListener("htmx:sendError", () => this.fail());
  }

  options() {
    return [...this.list.querySelectorAll("[data-id]")];
  }

  open({ fetch = true } = {}) {
    if (!this.list.hidden) return;
    if (fetch) {
      this.input.select();
      // The newest jobs at first, not those named like the present choice.
      const text = this.input.value;
      if (text === this.name.value) this.input.value = "";
      this.input.dispatchEvent(new CustomEvent("combobox-open"));
      this.input.value = text;
      this.input.select();
    }
  }

  show() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    this.list.hidden = true;
    this.activate(null);
    this.input.setAttribute("aria-expanded", "false");
  }

  fail() {
    const note = document.createElement("div");
    note.className = "combobox-note ats-trouble";
    note.textContent = "The jobs could not be fetched. Type again in a moment.";
    this.list.replaceChildren(note);
    this.show();
  }

  activate(option) {
    this.active?.setAttribute("aria-selected", "false");
    this.active = option;
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  move(step) {
    if (this.list.hidden) return this.options().length ? this.show() : this.open();
    const options = this.options();
    if (!options.length) return;
    const at = options.indexOf(this.active);
    const next = at < 0 && step < 0 ? options.length - 1 : at + step;
    this.activate(options[(next + options.length) % options.length]);
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.active) this.choose(this.active.dataset.id, this.active.dataset.name);
      else this.settle();
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.input.value = this.name.value;
      this.close();
    }
  }

  choose(id, name) {
    const changed = id !== this.id.value;
    this.id.value = id;
    this.name.value = name;
    this.input.value = name;
    this.close();
    if (changed) this.id.dispatchEvent(new Event("change", { bubbles: true }));
  }

  leave() {
    this.close();
    this.settle();
  }

  // An emptied field is the choice of no job; other words that were not chosen go.
  settle() {
    if (this.input.value.trim() === "" && !("required" in this.root.dataset)) {
      if (this.id.value) this.choose("", "");
    } else {
      this.input.value = this.name.value;
    }
  }
}

export function enhanceComboboxes(part) {
  for (const root of part.querySelectorAll("[data-combobox]")) {
    if (pickers.has(root) || !root.querySelector("input[type=hidden][name=ats_job_id]")) {
      continue;
    }
    pickers.add(root);
    new Combobox(root);
  }
}
