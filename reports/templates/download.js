// What the page knows, as files: report.json as it was written, and the events as CSV.
"use strict";

(() => {
  const { all, block, readable, visible } = haReport;
  const SEVERITIES = ["notice", "warning", "error"];
  const COLUMNS = ["node", "kind", "severity", "resource", "operation", "text", "file"];
  // A spreadsheet takes such a cell for a formula, also with the full-width signs (reports/csv_report.py).
  const FORMULA = /^\s*[=+\-@＝＋－＠]/;

  // ISO 8601 of microseconds since 1970, as Python writes it: without a fraction where there is none.
  const iso = (us) => {
    if (us === null) {
      return null;
    }
    const fraction = ((us % 1e6) + 1e6) % 1e6;
    const second = new Date((us - fraction) / 1000).toISOString().slice(0, 19);
    return `${second}${fraction ? `.${String(fraction).padStart(6, "0")}` : ""}+00:00`;
  };

  const timesOf = (steps) => {
    let now = 0;
    return steps.map((step) => (step === null ? null : (now += step)));
  };

  const rowsOf = (events) => {
    const value = (name, row) => events[name].values[events[name].codes[row]];
    return timesOf(events.time).map((time, row) => ({
      time: iso(time),
      node: value("node", row),
      kind: value("kind", row),
      severity: SEVERITIES[events.severity[row]],
      text: value("text", row),
      resource: value("resource", row),
      operation: value("operation", row),
      source: { file: value("file", row), line: events.line[row] },
    }));
  };

  const json = async () => {
    const [report, events] = await Promise.all([block("report-data"), block("events-data")]);
    return JSON.stringify({ ...report, timeline: rowsOf(events) }, null, 1);
  };

  const cell = (value) => {
    if (typeof value === "number") {
      return String(value);
    }
    const line = visible((value ?? "").replace(/[\t\r\n]+/g, " ")).trim();
    const safe = FORMULA.test(line) ? `'${line}` : line;
    return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };

  const csv = async () => {
    const rows = rowsOf(await block("events-data")).map(({ source, time, ...row }) =>
      [time ?? "", ...COLUMNS.map((name) => cell(name === "file" ? source.file : row[name])), source.line].join(","),
    );
    return [["time", ...COLUMNS, "line"].join(","), ...rows, ""].join("\n");
  };

  const FILES = {
    json: { make: json, name: "report.json", type: "application/json" },
    csv: { make: csv, name: "events.csv", type: "text/csv;charset=utf-8" },
  };

  const download = async ({ make, name, type }) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([await make()], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  for (const button of all("[data-download]")) {
    button.hidden = !["report-data", "events-data"].every(readable);
    button.addEventListener("click", () => download(FILES[button.dataset.download]));
  }
})();
