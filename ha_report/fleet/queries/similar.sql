-- Clusters whose failures look like those of BUNDLE, the most alike first.
-- What few bundles show weighs more than what many do; 1 is the same in all, 0 in nothing.
WITH looked_at AS MATERIALIZED (
  SELECT bundle, cluster, features FROM chosen_bundles
), shown AS MATERIALIZED (
  SELECT DISTINCT bundle, cluster, unnest(features) AS feature FROM looked_at
), weighed AS MATERIALIZED (
  SELECT feature, ln(1 + (SELECT count(*) FROM looked_at) / count(*)) AS weight FROM shown GROUP BY feature
), wanted AS (
  SELECT DISTINCT unnest($features::VARCHAR[]) AS feature
), mine AS (
  -- What no bundle of the index shows weighs as if one did.
  SELECT feature, coalesce(weight, ln(1 + (SELECT count(*) FROM looked_at))) AS weight
  FROM wanted LEFT JOIN weighed USING (feature)
), compared AS (
  SELECT bundle, cluster,
         sum(weight ORDER BY feature) AS theirs,
         sum(weight ORDER BY feature) FILTER (feature IN (SELECT feature FROM mine)) AS common,
         list(feature ORDER BY weight DESC, feature) FILTER (feature IN (SELECT feature FROM mine)) AS shared
  FROM shown JOIN weighed USING (feature)
  WHERE bundle <> $bundle
  GROUP BY bundle, cluster
), scored AS (
  SELECT *, round(common / (theirs + (SELECT sum(weight ORDER BY feature) FROM mine) - common), 3) AS likeness
  FROM compared WHERE common > 0
)
SELECT cluster,
       max(likeness) AS likeness,
       count(*) AS bundles,
       arg_min(bundle, (-likeness, bundle)) AS most_alike,
       arg_min(array_to_string(shared, '; '), (-likeness, bundle)) AS shared
FROM scored
GROUP BY cluster
ORDER BY likeness DESC, bundles DESC, cluster
