-- Month by month: clusters with failures, failed operations, findings of severity error, and the cause most often found.
SELECT strftime(month, '%Y-%m') AS month,
       coalesce(clusters, 0) AS clusters,
       coalesce(failures, 0) AS failed_operations,
       coalesce(errors, 0) AS errors,
       usual_cause
FROM (
  SELECT date_trunc('month', time) AS month,
         count(DISTINCT cluster) AS clusters,
         count(DISTINCT execution) AS failures
  FROM chosen_failures WHERE time IS NOT NULL GROUP BY ALL
)
FULL JOIN (
  SELECT date_trunc('month', time) AS month,
         count(DISTINCT conclusion) AS errors,
         mode(rule ORDER BY rule) AS usual_cause
  FROM chosen_findings WHERE severity = 'error' AND time IS NOT NULL GROUP BY ALL
) USING (month)
ORDER BY month
