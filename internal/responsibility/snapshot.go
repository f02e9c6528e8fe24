package responsibility

import (
	"context"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/postgres"
)

// InLand reads the assignments in the Land with this key that have not ended by
// a day, and those of its procedural guide posts elsewhere: whether a post has an
// assignment of its own decides whether it follows its youth welfare office. For
// services that read them within their own transaction.
func InLand(ctx context.Context, q postgres.Queryer, landKey string, day civil.Date) ([]*Catchment, error) {
	return postgres.Rows[Catchment](ctx, q, inLandSQL, landKey, day)
}

const inLandSQL = `
WITH here AS MATERIALIZED (
    SELECT c.id, c.youth_welfare_office_id, c.procedural_guide_post_id FROM catchment c
    WHERE c.region_key >= $1 AND c.region_key < $1 || ':' AND (c.valid_to IS NULL OR c.valid_to > $2)
), posts AS MATERIALIZED (
    SELECT h.procedural_guide_post_id AS id FROM here h WHERE h.procedural_guide_post_id IS NOT NULL
    UNION
    SELECT p.id FROM here h JOIN procedural_guide_post p ON p.youth_welfare_office_id = h.youth_welfare_office_id
)
SELECT ` + columns + ` FROM catchment c
WHERE c.id IN (SELECT h.id FROM here h UNION SELECT x.id FROM catchment x JOIN posts p ON x.procedural_guide_post_id = p.id)
  AND (c.valid_to IS NULL OR c.valid_to > $2)
ORDER BY c.region_key, c.id`
