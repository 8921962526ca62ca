// The side menu as a drawer on small screens, and drop-down menus made of <details>.
const side = () => document.getElementById("yp-menu");

function close(drawer) {
  drawer.classList.remove("yp-open");
  document.querySelector("[data-yp-menu-open]")?.focus();
}

document.addEventListener("click", (event) => {
  const drawer = side();
  if (event.target.closest("[data-yp-menu-open]")) {
    event.preventDefault();
    drawer.classList.add("yp-open");
    drawer.querySelector("a, button").focus();
  } else if (drawer?.classList.contains("yp-open") && (event.target.closest("[data-yp-menu-close]") || !drawer.contains(event.target))) {
    event.preventDefault();
    close(drawer);
  }
  document.querySelectorAll("details[data-yp-menu][open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (side()?.classList.contains("yp-open")) close(side());
  document.querySelectorAll("details[data-yp-menu][open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});
