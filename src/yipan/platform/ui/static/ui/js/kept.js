// What was typed survives a line that is down, a reload and a page that was closed by mistake, in this tab only.
//   <form data-yp-autosave="/address/" data-yp-saved="2026-03-02 09:31">  when the server last kept it
// Kept in the tab's own storage: it is gone when the tab is closed, at sign-out, and when the desk is handed over.
const PREFIX = "yp-kept:";
const WAIT = 300;
const waiting = new WeakMap();

export function wipe() {
  Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => sessionStorage.removeItem(key));
}
window.yipan = Object.assign(window.yipan || {}, { wipeDrafts: wipe });

const keyOf = (form) => PREFIX + form.dataset.ypAutosave;

function valuesOf(form) {
  return [...new FormData(form).entries()].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
}

export function keep(form) {
  const told = { base: form.dataset.ypSaved || "", at: Date.now(), values: valuesOf(form) };
  try { sessionStorage.setItem(keyOf(form), JSON.stringify(told)); } catch { /* full or forbidden: autosave still works */ }
}

export function saved(form, at) {
  form.dataset.ypSaved = at || form.dataset.ypSaved || "";
  sessionStorage.removeItem(keyOf(form));
}

// A page that comes after a submission proves that the server has answered it.
for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith(PREFIX))) {
  if (JSON.parse(sessionStorage.getItem(key)).sent) sessionStorage.removeItem(key);
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.ypAutosave) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => keep(form), WAIT));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.action.endsWith("/logout/")) wipe();
  if (!form.dataset.ypAutosave || event.defaultPrevented) return;
  clearTimeout(waiting.get(form));
  keep(form);
  const told = JSON.parse(sessionStorage.getItem(keyOf(form)) || "{}");
  sessionStorage.setItem(keyOf(form), JSON.stringify({ ...told, sent: true }));
});

function labelOf(field) {
  const group = field.closest("fieldset")?.querySelector("legend");
  return (field.type === "radio" || field.type === "checkbox" ? group : field.labels?.[0])?.textContent.trim() || field.name;
}

function differing(form, values) {
  const now = new Map();
  for (const [name, value] of valuesOf(form)) now.set(name, [...(now.get(name) || []), value]);
  const then = new Map();
  for (const [name, value] of values) then.set(name, [...(then.get(name) || []), value]);
  return [...new Set([...now.keys(), ...then.keys()])].filter((name) => String(now.get(name) || "") !== String(then.get(name) || "") && form.elements[name]);
}

function restore(form, values) {
  const given = new Map();
  for (const [name, value] of values) given.set(name, [...(given.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "file" || field.readOnly) continue;
    const texts = given.get(field.name) || [];
    if (field.type === "radio" || field.type === "checkbox") field.checked = texts.includes(field.value);
    else if (given.has(field.name)) [field.value] = texts;
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
  const any = [...form.elements].find((field) => field.name && field.type !== "hidden");
  any?.dispatchEvent(new Event("input", { bubbles: true }));
}

function offer(form, told, names) {
  const box = document.createElement("div");
  box.className = "alert alert-warning yp-alert";
  box.setAttribute("role", "alert");
  const labels = names.map((name) => { const one = form.elements[name]; return labelOf(one.length && !one.options ? one[0] : one); });
  const text = document.createElement("p");
  text.textContent = `本机有没有保存成功的内容（${new Date(told.at).toLocaleTimeString("zh-CN")}），与已保存的不同：${labels.slice(0, 8).join("、")}${labels.length > 8 ? "…" : ""}`;
  const take = document.createElement("button");
  take.type = "button"; take.className = "btn btn-primary"; take.textContent = "恢复本机内容";
  const drop = document.createElement("button");
  drop.type = "button"; drop.className = "btn yp-plain"; drop.textContent = "用已保存的内容";
  take.addEventListener("click", () => { restore(form, told.values); box.remove(); });
  drop.addEventListener("click", () => { sessionStorage.removeItem(keyOf(form)); box.remove(); });
  box.append(text, take, " ", drop);
  form.prepend(box);
}

// After all modules have begun to listen: what is restored is saved like what is typed.
setTimeout(() => {
  for (const form of document.querySelectorAll("form[data-yp-autosave]")) {
    const told = JSON.parse(sessionStorage.getItem(keyOf(form)) || "null");
    if (!told) continue;
    const names = differing(form, told.values);
    if (!names.length) { sessionStorage.removeItem(keyOf(form)); continue; }
    if (told.base === (form.dataset.ypSaved || "")) {
      restore(form, told.values);
      const place = form.querySelector("[data-yp-autosave-status]");
      if (place) place.textContent = "已恢复断网期间填写的内容，正在保存";
    } else offer(form, told, names);
  }
  document.documentElement.dataset.ypKept = "looked";
});
