// Copying, sorting and filtering. The page reads without any of it.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Copy

  const textToCopy = (button) =>
    button.dataset.copy === "markdown"
      ? document.getElementById("markdown").content.textContent
      : button.previousElementSibling.textContent;

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

  for (const button of all("[data-copy]")) {
    const name = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.textContent = (await copy(textToCopy(button))) ? "Copied" : "Copy by hand";
      setTimeout(() => (button.textContent = name), 1500);
    });
  }

  // Sort

  const keyOf = (row, column, numeric) => {
    const cell = row.cells[column];
    const key = cell.dataset.key ?? cell.textContent.trim();
    return numeric ? Number(key || -1) : key;
  };

  const sortBy = (table, head, column) => {
    const numeric = head.dataset.sort === "number";
    const down = head.getAttribute("aria-sort") === "ascending";
    const collator = new Intl.Collator("en", { numeric: true });
    const compare = numeric ? (a, b) => a - b : collator.compare;
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [keyOf(row, column, numeric), row]);
    rows.sort(([a], [b]) => (down ? compare(b, a) : compare(a, b)));
    body.append(...rows.map(([, row]) => row));
    for (const other of all("th[aria-sort]", table)) {
      other.removeAttribute("aria-sort");
    }
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };

  for (const table of all("table[data-sortable]")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (head.dataset.sort === "none") {
        return;
      }
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => sortBy(table, head, column));
      head.replaceChildren(button);
    });
  }

  // Filter

  const filters = document.querySelector(".filters");
  if (!filters) {
    return;
  }
  const rows = [...document.querySelector(".events").tBodies[0].rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const count = filters.querySelector("output");
  const value = (name) => filters.querySelector(`[data-filter=${name}]`).value;
  const grave = { "": ["error", "warning", "notice"], error: ["error"], warning: ["error", "warning"] };

  const filter = () => {
    const words = value("text").toLowerCase().split(/\s+/).filter(Boolean);
    const node = value("node");
    const severities = grave[value("severity")];
    const active = words.length > 0 || node !== "" || value("severity") !== "";
    let shown = 0;
    rows.forEach((row, number) => {
      const fits =
        severities.some((severity) => row.classList.contains(severity)) &&
        (node === "" || row.dataset.node === node) &&
        words.every((word) => texts[number].includes(word));
      row.classList.toggle("left-out", !fits);
      row.classList.toggle("found", active && fits);
      shown += fits;
    });
    count.textContent = active ? `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} events` : "";
  };

  filters.hidden = false;
  filters.addEventListener("input", filter);
  filters.addEventListener("change", filter); // some drivers and old browsers tell of a select only so
})();
