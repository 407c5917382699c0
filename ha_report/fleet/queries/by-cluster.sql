-- The clusters, the worst first: most findings of severity error, then most failed operations.
SELECT cluster,
       coalesce(bundles, 0) AS bundles,
       coalesce(errors, 0) AS errors,
       coalesce(failures, 0) AS failed_operations,
       greatest(last_error, last_failure) AS last,
       worst_cause
FROM (SELECT cluster, count(*) FILTER (error IS NULL) AS bundles FROM chosen_bundles GROUP BY cluster)
FULL JOIN (
  SELECT cluster, count(DISTINCT execution) AS failures, max(time) AS last_failure
  FROM chosen_failures GROUP BY cluster
) USING (cluster)
FULL JOIN (
  SELECT cluster,
         count(DISTINCT conclusion) AS errors,
         max(time) AS last_error,
         mode(rule ORDER BY rule) AS worst_cause
  FROM chosen_findings WHERE severity = 'error' GROUP BY cluster
) USING (cluster)
WHERE coalesce(errors, 0) + coalesce(failures, 0) > 0 OR NOT $failing
ORDER BY errors DESC, failed_operations DESC, cluster
