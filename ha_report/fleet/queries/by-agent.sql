-- Failed operations by agent and operation, with the result that came most often.
SELECT coalesce(agent, 'unknown') AS agent,
       operation,
       count(DISTINCT cluster) AS clusters,
       count(DISTINCT execution) AS failures,
       array_to_string(list_slice(list_sort(list(DISTINCT cluster)), 1, 5), ', ') AS such_as,
       max(time) AS last,
       mode(result ORDER BY result) AS usual_result,
       mode(exit_reason ORDER BY exit_reason) AS usual_reason
FROM (
  SELECT *,
         concat_ws(', ', 'rc ' || coalesce(rc::VARCHAR, 'unknown'),
                   CASE WHEN lower(status) = 'complete' THEN NULL ELSE status END) AS result
  FROM chosen_failures
)
GROUP BY ALL
ORDER BY failures DESC, clusters DESC, agent, operation
