-- What became worse, or better, after an update: failures a bundle before and after, cluster by cluster.
-- An update is a version that a later bundle of the cluster has and an earlier one had not; a list of packages
-- and a program word their versions each in their own way, and are compared each with its own.
WITH told AS MATERIALIZED (
  SELECT cluster, package, told_by, bundle, bundle_end AS moment, any_value(failed_operations) AS failed_operations,
         string_agg(DISTINCT version, ' ' ORDER BY version) AS version
  FROM (SELECT bundle, package, told_by, version FROM versions
        WHERE package IN ('pacemaker', 'corosync', 'resource-agents', 'fence-agents', 'cluster-glue', 'heartbeat', 'kernel'))
  JOIN (SELECT bundle, cluster, last_time AS bundle_end, failed_operations FROM chosen_bundles WHERE last_time IS NOT NULL)
    USING (bundle)
  GROUP BY cluster, package, told_by, bundle, bundle_end
), stepped AS (
  SELECT *, lag(version) OVER (PARTITION BY cluster, package, told_by ORDER BY moment, bundle) AS previous FROM told
), updates AS (
  SELECT cluster, package, told_by, previous AS before, version AS after, moment AS since
  FROM stepped WHERE previous <> version
)
SELECT u.cluster, u.package, u.before, u.after, u.since,
       round(avg(t.failed_operations) FILTER (t.version = u.before AND t.moment < u.since), 2) AS failures_a_bundle_before,
       round(avg(t.failed_operations) FILTER (t.version = u.after AND t.moment >= u.since), 2) AS failures_a_bundle_after,
       round(coalesce(failures_a_bundle_after, 0) - coalesce(failures_a_bundle_before, 0), 2) AS worse_by
FROM updates u JOIN told t USING (cluster, package, told_by)
GROUP BY ALL
ORDER BY worse_by DESC, u.cluster, u.package, u.since, u.before, u.after
