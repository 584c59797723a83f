// Rows of a form: a button adds as many as one needs.

function add(section) {
  const prefix = section.dataset.rows;
  const total = section.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
  const blank = section.querySelector("template[data-new]").innerHTML;
  const list = section.querySelector("[data-list]");
  list.insertAdjacentHTML("beforeend", blank.replaceAll("__prefix__", total.value));
  total.value = Number(total.value) + 1;
  list.lastElementChild.querySelector("input:not([type=hidden])").focus();
}

export function rows(root) {
  for (const section of root.querySelectorAll("[data-rows]")) {
    const button = section.querySelector("[data-add]");
    button.hidden = false;
    button.addEventListener("click", () => add(section));
  }
}
