// Writing an opinion at a task.
//   <form data-yp-usual='{"accept": "…"}'>  the usual opinion of each outcome: it follows the outcome as long as nobody
//                                           has written one of his own
//   <textarea data-yp-opinion>              the opinion
//   <button data-yp-keep-phrase="/address/"> keeps the opinion as a phrase of one's own, without leaving the page
//   data-yp-key="1" | "Alt+1"               pressing it chooses an answer, or inserts a phrase (see keys.js)
const own = (form) => form.querySelector("[data-yp-opinion]");

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (event.target.name !== "outcome" || !form?.dataset.ypUsual || !own(form)) return;
  const usual = JSON.parse(form.dataset.ypUsual);
  const field = own(form);
  const text = field.value.trim();
  if (!text || Object.values(usual).includes(text)) field.value = usual[event.target.value] || "";
});

// A ticked defect asks how to mend it.
document.addEventListener("change", (event) => {
  const row = event.target.closest("[data-yp-defect]");
  if (row && event.target.type === "checkbox" && event.target.checked) row.querySelector("input[type=text], input:not([type])")?.focus();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-yp-keep-phrase]");
  if (!button) return;
  const form = button.form;
  const text = own(form)?.value.trim();
  if (!text) return;
  const body = new FormData();
  body.append("text", text);
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(button.dataset.ypKeepPhrase, {
    method: "POST", body, headers: { "X-Requested-With": "fetch" }, credentials: "same-origin",
  }).catch(() => null);
  button.textContent = answer?.ok ? "已存为常用意见" : "没有存成，请稍后再试";
  document.getElementById("yp-announce").textContent = button.textContent;
});
