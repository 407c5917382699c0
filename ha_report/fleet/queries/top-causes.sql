-- What failed most often, by cause.
-- A conclusion that several bundles of a cluster lead to counts once.
SELECT rule,
       symptom,
       count(DISTINCT cluster) AS clusters,
       count(DISTINCT conclusion) AS times,
       array_to_string(list_slice(list_sort(list(DISTINCT cluster)), 1, 5), ', ') AS such_as,
       min(time) AS first,
       max(time) AS last,
       arg_min(title, (time, cluster, title)) AS example
FROM chosen_findings
WHERE severity = 'error'
GROUP BY rule, symptom
ORDER BY clusters DESC, times DESC, rule, symptom
