// A form is sent once: the second click of a double click does nothing.

const FORGET = 5000; // ms; then somebody who stopped the page load may try again

export function once(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, FORGET);
  });
  // A page that the back button brings out of the browser's memory starts anew.
  addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
    }
  });
}
