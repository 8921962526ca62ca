// Questions that depend on a choice appear at once. The server decides what is shown; without script the button
// "refresh" does the same. Texts do not trigger it, so that nothing moves under a finger on its way to a button, and
// what was typed or chosen while the answer was on its way stays.
const WAIT = 150;
let timer = 0;
let running = 0;
let composing = false;

function mark(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const name = `[name="${CSS.escape(element.name || "")}"]`;
  return element.value ? `${name}[value="${CSS.escape(element.value)}"]` : name;
}

function keepTyped(body, fresh, sent) {
  for (const old of body.querySelectorAll("input[type=text], input[type=tel], input[type=date], input[type=number], textarea, select")) {
    if (old.value === sent.get(old.name)) continue;
    const place = fresh.querySelector(`[name="${CSS.escape(old.name)}"]`);
    if (place) place.value = old.value;
  }
}

// A word half composed by an input method must not lose its field.
const composed = () => composing && new Promise((done) => document.addEventListener("compositionend", () => setTimeout(done), { once: true }));

async function refresh(body, form) {
  const mine = ++running;
  const data = new FormData(form);
  data.set("do", "refresh");
  body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.getAttribute("action") || location.href, {
      method: "POST", body: data, credentials: "same-origin",
    });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-yp-form-body]");
    await composed();
    if (!fresh || mine !== running) return;
    keepTyped(body, fresh, data);
    const held = document.activeElement && body.contains(document.activeElement) ? document.activeElement : null;
    const caret = held && "selectionStart" in held ? [held.selectionStart, held.selectionEnd] : null;
    body.replaceChildren(...fresh.childNodes);
    const place = held && body.querySelector(mark(held));
    if (!place) return;
    place.focus({ preventScroll: true });
    if (caret && caret[0] !== null) place.setSelectionRange(...caret);
  } finally {
    if (mine === running) body.removeAttribute("aria-busy");
  }
}

document.addEventListener("compositionstart", () => { composing = true; });
document.addEventListener("compositionend", () => { composing = false; });
document.addEventListener("change", (event) => {
  const target = event.target;
  const body = target.closest("[data-yp-conditional]");
  if (!body || !target.form || !target.matches("select, input[type=radio], input[type=checkbox]")) return;
  running += 1; // an answer that is on its way does not know this choice
  clearTimeout(timer);
  timer = setTimeout(() => refresh(body, target.form), WAIT);
});
