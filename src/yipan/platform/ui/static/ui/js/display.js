// Large type and high contrast at once, without a new page. The cookie lets the server draw the next page the same way.
const YEAR = 365 * 24 * 3600;

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-yp-display]");
  const button = event.submitter;
  if (!form || !button) return;
  event.preventDefault();
  const root = document.documentElement;
  const value = button.value;
  root.dataset[button.name] = value;
  document.cookie = `yp_display=${root.dataset.size}.${root.dataset.contrast}; path=/; max-age=${YEAR}; samesite=lax`;
  const pressed = value !== "normal";
  const words = { size: "large", contrast: "high" };
  document.querySelectorAll(`[data-yp-display] button[name="${button.name}"]`).forEach((other) => {
    other.setAttribute("aria-pressed", String(pressed));
    other.value = pressed ? "normal" : words[button.name];
  });
  window.dispatchEvent(new Event("resize")); // charts draw themselves again
});
