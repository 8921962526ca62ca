// What makes the pages more comfortable. Everything also works without it. Each module watches the whole document, so
// that parts brought in later by htmx need no set-up of their own.
import "./display.js";
import "./menus.js";
import "./dialogs.js";
import "./forms.js";
import "./lists.js";
import "./opinion.js";
import "./keys.js";
import "./focus.js";

document.documentElement.classList.add("js");

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-yp-print], [data-yp-back]");
  if (!target) return;
  if ("ypPrint" in target.dataset) window.print();
  else history.back();
});
