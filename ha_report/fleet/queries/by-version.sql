-- The versions in use, with what failed in the bundles that have them.
WITH installed AS (
  SELECT DISTINCT package, version, bundle
  FROM versions
  WHERE package IN ('pacemaker', 'corosync', 'resource-agents', 'fence-agents', 'cluster-glue', 'heartbeat',
                    'libqb', 'kernel', 'distribution')
)
SELECT package,
       version,
       count(DISTINCT cluster) AS clusters,
       count(*) AS bundles,
       sum(failed_operations)::BIGINT AS failed_operations,
       round(sum(failed_operations) / count(*), 2) AS failures_a_bundle,
       round(sum(errors) / count(*), 2) AS errors_a_bundle
FROM installed JOIN chosen_bundles USING (bundle)
GROUP BY package, version
ORDER BY package, clusters DESC, bundles DESC, version
