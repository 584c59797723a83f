// Light, dark or as the system: changes the page at once and keeps it in the cookie.

const YEAR = 365 * 24 * 3600;

function keep(chosen) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const [value, age] = chosen === "system" ? ["", 0] : [chosen, YEAR];
  document.cookie = `theme=${value}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
}

function show(form, chosen) {
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === chosen));
  }
}

export function theme(root) {
  const form = root.querySelector("[data-theme-switch]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(event.submitter.value);
    show(form, event.submitter.value);
  });
}
