// Sorts and filters the plain tables.  The table of events has a script of its own, as it can be very long.
"use strict";

(() => {
  const { all, filled, thousands } = haReport;
  const NARROW_FROM = 8; // a shorter table is taken in at a glance, and needs no controls

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
    const rows = [...table.tBodies[0].rows].map((row) => [keyOf(row, column, numeric), row]);
    rows.sort(([a], [b]) => (down ? compare(b, a) : compare(a, b)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
    all("th[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };

  const makeSortable = (table) => {
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
  };

  // Filter

  const asked = (controls, span) => ({
    words: controls.querySelector("[data-filter=text]").value.toLowerCase().split(/\s+/).filter(Boolean),
    fields: all("select[data-filter]", controls).filter((it) => it.value).map((it) => [it.dataset.filter, it.value]),
    span,
  });

  const fits = (row, text, { words, fields, span }) =>
    words.every((word) => text.includes(word)) &&
    fields.every(([field, value]) => row.dataset[field] === value) &&
    (!span || !row.dataset.from || (Date.parse(row.dataset.from) <= span.to && Date.parse(row.dataset.to) >= span.from));

  const fill = (select, rows) => {
    const values = new Set(rows.map((row) => row.dataset[select.dataset.filter]).filter(Boolean));
    const sorted = [...values].sort(new Intl.Collator("en", { numeric: true }).compare);
    select.append(...sorted.map((value) => new Option(value, value)));
    select.parentElement.hidden = sorted.length < 2;
  };

  const makeFilterable = (table, controls) => {
    const rows = [...table.tBodies[0].rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const [count, clear] = [controls.querySelector("output"), controls.querySelector("[data-clear]")];
    let span = null;
    const filter = () => {
      const wanted = asked(controls, span);
      const active = wanted.words.length > 0 || wanted.fields.length > 0;
      let shown = 0;
      rows.forEach((row, number) => {
        const found = fits(row, texts[number], wanted);
        row.classList.toggle("left-out", !found);
        shown += found;
      });
      const words = { shown: thousands(shown), all: thousands(rows.length) };
      count.textContent = active || shown < rows.length ? filled(controls.dataset.count, words) : "";
      clear.hidden = !active;
    };
    all("select", controls).forEach((select) => fill(select, rows));
    controls.hidden = rows.length <= NARROW_FROM;
    controls.addEventListener("input", filter);
    controls.addEventListener("change", filter); // some drivers and old browsers tell of a select only so
    clear.addEventListener("click", () => {
      all("input, select", controls).forEach((it) => (it.value = ""));
      filter();
    });
    document.addEventListener("ha-report:span", ({ detail }) => {
      span = detail.from === null ? null : detail;
      filter();
    });
  };

  for (const table of all("table[data-table]")) {
    makeSortable(table);
    const controls = document.querySelector(`.filters[data-for=${table.id}]`);
    if (controls) {
      makeFilterable(table, controls);
    }
  }
})();
