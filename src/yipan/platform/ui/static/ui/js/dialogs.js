// <button data-yp-dialog="id"> opens a <dialog>; <button data-yp-confirm="…"> and <form data-yp-confirm="…"> ask before
// they submit. The browser's own dialogs keep the focus inside and give it back.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-yp-dialog]");
  if (opener) document.getElementById(opener.dataset.ypDialog).showModal();
});

function ask(text) {
  const box = document.createElement("dialog");
  box.className = "yp-dialog";
  box.setAttribute("aria-label", "请确认");
  const words = document.createElement("p");
  words.textContent = text;
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "yp-buttons";
  for (const [value, label, kind] of [["yes", "确定", "btn-primary"], ["no", "取消", "yp-plain"]]) {
    const button = document.createElement("button");
    button.value = value;
    button.className = `btn ${kind}`;
    button.textContent = label;
    form.append(button);
  }
  box.append(words, form);
  document.body.append(box);
  box.showModal();
  return new Promise((resolve) => {
    box.addEventListener("close", () => {
      resolve(box.returnValue === "yes");
      box.remove();
    });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  const text = button?.dataset.ypConfirm || form.dataset.ypConfirm;
  if (!text || form.dataset.ypConfirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(text))) return;
  form.dataset.ypConfirmed = "1";
  form.requestSubmit ? form.requestSubmit(button) : form.submit();
  delete form.dataset.ypConfirmed;
}, true);

// htmx's own hx-confirm in the same dress.
document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true));
});
