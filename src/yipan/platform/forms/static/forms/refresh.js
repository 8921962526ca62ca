// Questions that depend on a choice appear at once. The server decides what is shown; without script the button
// "refresh" does the same. Texts do not trigger it, so that nothing moves under a finger on its way to a button.
const WAIT = 150;
let timer = 0;
let running = 0;

function mark(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const name = `[name="${CSS.escape(element.name || "")}"]`;
  return element.value ? `${name}[value="${CSS.escape(element.value)}"]` : name;
}

async function refresh(body, form) {
  const mine = ++running;
  const data = new FormData(form);
  data.set("do", "refresh");
  body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.getAttribute("action") || location.href, {
      method: "POST", body: data, credentials: "same-origin",
    });
    if (!answer.ok || mine !== running) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-yp-form-body]");
    if (!fresh) return;
    const place = document.activeElement && body.contains(document.activeElement) ? mark(document.activeElement) : "";
    body.replaceChildren(...fresh.childNodes);
    if (place) body.querySelector(place)?.focus({ preventScroll: true });
  } finally {
    body.removeAttribute("aria-busy");
  }
}

document.addEventListener("change", (event) => {
  const target = event.target;
  const body = target.closest("[data-yp-conditional]");
  if (!body || !target.form || !target.matches("select, input[type=radio], input[type=checkbox]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => refresh(body, target.form), WAIT);
});
