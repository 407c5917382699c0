// Buttons that copy: a command beside them, or the Markdown that a <template> holds.
"use strict";

(() => {
  const textToCopy = (button) =>
    button.dataset.copy === "previous"
      ? button.previousElementSibling.textContent
      : document.getElementById(button.dataset.copy).content.textContent;

  // The clipboard's own interface is refused where a page is no secure context, so the old way stays.
  const copyByHand = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyByHand(text);
    }
  };

  for (const button of haReport.all("[data-copy]")) {
    const name = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.textContent = (await copy(textToCopy(button))) ? button.dataset.copied : button.dataset.failed;
      setTimeout(() => (button.textContent = name), 1500);
    });
  }
})();
