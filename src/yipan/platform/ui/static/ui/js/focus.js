// After a part of the page has been replaced, the reader is told and the focus is where it makes sense.
function announce(text) {
  const place = document.getElementById("yp-announce");
  if (place) place.textContent = text;
}

document.addEventListener("htmx:afterSwap", (event) => {
  const part = event.detail.target;
  const wanted = part.querySelector("[data-yp-focus]");
  if (wanted) wanted.focus();
  const said = part.querySelector("[data-yp-say]");
  if (said) announce(said.textContent.trim());
});
document.addEventListener("htmx:responseError", () => announce("没有成功，请稍后再试"));
document.addEventListener("htmx:sendError", () => announce("网络连接中断，请检查网络后再试"));

// A page that comes back with faults starts at their summary.
window.addEventListener("DOMContentLoaded", () => document.querySelector("[data-yp-focus]")?.focus());
