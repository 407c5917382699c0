// Times lead to their moment in the picture of the timeline, where there is one: #t=FROM/TO.
"use strict";

(() => {
  const AROUND_MS = 10_000; // what led to a moment and what came of it
  const { all } = haReport;

  const iso = (ms) => new Date(ms).toISOString();

  const hashOf = (begin, end) => `#t=${iso(begin - AROUND_MS)}/${iso(end + AROUND_MS)}`;

  haReport.hashOf = hashOf;
  haReport.hasPicture = document.getElementById("picture") !== null;
  if (!haReport.hasPicture) {
    return;
  }
  for (const time of all("main time[datetime]")) {
    const row = time.closest("[data-from]");
    const [begin, end] = row
      ? [Date.parse(row.dataset.from), Date.parse(row.dataset.to)]
      : [Date.parse(time.dateTime), Date.parse(time.dateTime)];
    const link = document.createElement("a");
    link.className = "moment";
    link.href = hashOf(begin, end);
    time.replaceWith(link);
    link.append(time);
  }
})();
