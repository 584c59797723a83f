// What the ATS parts need beyond htmx: the dialog, the picker, and hiding the buttons
// that only pages without JavaScript need.
import { enhanceComboboxes } from "./combobox.js";

function enhance(part) {
  const root = part.parentElement ?? part;
  enhanceComboboxes(root);
  for (const button of root.querySelectorAll("[data-saves-by-itself] .ats-setting-actions")) {
    button.hidden = true;
  }
  for (const button of root.querySelectorAll(".ats-choose")) button.hidden = true;
}

const dialog = () => document.getElementById("ats-dialog");

document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));

// Not after the swap: only once settled does htmx listen to what is in the dialog.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "ats-dialog-content") return;
  const box = dialog();
  if (box && !box.open) box.showModal();
});

document.addEventListener("click", (event) => {
  const box = dialog();
  if (!box?.open) return;
  if (event.target.closest("[data-close]") || event.target === box) box.close();
});

document.addEventListener("ats-changed", () => dialog()?.close());

enhance(document.body);
