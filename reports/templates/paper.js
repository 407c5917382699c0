// Paper cannot be opened: what proves a finding is opened before printing, where the style sheet alone cannot.
"use strict";

(() => {
  const { all } = haReport;
  let opened = [];

  addEventListener("beforeprint", () => {
    opened = all("details.lines:not([open])");
    opened.forEach((details) => (details.open = true));
  });

  addEventListener("afterprint", () => opened.forEach((details) => (details.open = false)));
})();
