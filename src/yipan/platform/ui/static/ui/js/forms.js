// Nothing typed is lost: autosave, a warning before leaving, no double submission, names and sizes of chosen files.
//   <form data-yp-guard>                 warns when left with unsaved changes
//   <form data-yp-autosave="/address/">  posts the form two seconds after the last change; answer: {"saved": "09:31"}
//   [data-yp-autosave-status]            where the time of the last save is written
//   <div data-yp-when="outcome=refuse">  shown only while that answer is chosen (without script always)
//   <button data-yp-insert="#f-opinion"> puts its text into a field
import { keep, saved } from "./kept.js";

const DELAY = 2000;
const LONGEST = 60000;
const changed = new WeakSet();
const timers = new WeakMap();
const waits = new WeakMap();

function say(form, text) {
  const place = form.querySelector("[data-yp-autosave-status]") || document.querySelector("[data-yp-autosave-status]");
  if (place) place.textContent = text;
}

async function save(form) {
  const body = new FormData(form);
  for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
  try {
    const answer = await fetch(form.dataset.ypAutosave, {
      method: "POST", body, headers: { Accept: "application/json", "X-Autosave": "1" }, credentials: "same-origin",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    changed.delete(form);
    waits.delete(form);
    saved(form, told.at);
    say(form, `已自动保存 ${told.saved || ""}`);
  } catch {
    keep(form);
    const wait = Math.min((waits.get(form) || DELAY) * 2, LONGEST);
    waits.set(form, wait);
    say(form, navigator.onLine ? "自动保存没有成功，内容已暂存在本机，将再次尝试" : "网络中断，内容已暂存在本机，恢复后自动保存");
    timers.set(form, setTimeout(() => save(form), wait));
  }
}

window.addEventListener("online", () => {
  for (const form of document.querySelectorAll("form[data-yp-autosave]")) if (changed.has(form)) save(form);
});

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form) return;
  if ("ypGuard" in form.dataset || "ypUnsaved" in form.dataset || form.dataset.ypAutosave) changed.add(form);
  if (form.dataset.ypAutosave) {
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => save(form), DELAY));
  }
});

window.addEventListener("beforeunload", (event) => {
  const open = [...document.querySelectorAll("form[data-yp-guard], form[data-yp-unsaved], form[data-yp-autosave]")].some((form) => changed.has(form));
  if (open) event.preventDefault();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.ypSent) {
    event.preventDefault();
    return;
  }
  changed.delete(form);
  clearTimeout(timers.get(form));
  if (form.closest("[hx-post]")) return;
  form.dataset.ypSent = "1";
  setTimeout(() => delete form.dataset.ypSent, 8000); // a download answers without a new page
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-yp-sent]").forEach((form) => delete form.dataset.ypSent);
});

document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-yp-upload]");
  if (box && event.target.type === "file") {
    box.querySelector(".yp-files").replaceChildren(...[...event.target.files].map((file) => {
      const line = document.createElement("li");
      line.textContent = `${file.name}（${(file.size / 1048576).toFixed(2)} MB）`;
      return line;
    }));
  }
  if (event.target.matches("[data-yp-submit]")) event.target.form.requestSubmit();
});

// Parts of a form that belong to one answer. Hidden fields are not sent, so that nothing half-filled travels along.
function showParts(root) {
  root.querySelectorAll("[data-yp-when]").forEach((part) => {
    const [name, value] = part.dataset.ypWhen.split("=");
    const form = part.closest("form");
    if (!form) return;
    const given = new FormData(form).getAll(name);
    part.hidden = !given.includes(value);
    part.querySelectorAll("input, select, textarea").forEach((field) => { field.disabled = part.hidden; });
  });
}
document.addEventListener("change", (event) => { if (event.target.form) showParts(event.target.form); });
document.addEventListener("htmx:load", (event) => showParts(event.target));
showParts(document);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-yp-insert]");
  const field = button && document.querySelector(button.dataset.ypInsert);
  if (!field) return;
  const text = button.textContent.trim();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
